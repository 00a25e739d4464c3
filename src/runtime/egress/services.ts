/** What the stub answers in the place of services that many applications call: enough that a caller goes on. */

export interface Service {
  name: string
  /** `api.stripe.com`, or `*.amazonaws.com` for all below. */
  hosts: string[]
  answer(request: StubRequest): StubAnswer
}

export interface StubRequest {
  method: string
  host: string
  /** Path and query. */
  path: string
  body: string
}

export interface StubAnswer {
  status: number
  headers?: Record<string, string>
  body: unknown
}

const ok = (body: unknown): StubAnswer => ({ status: 200, body })
const empty: StubAnswer = { status: 204, body: undefined }

export const services: Service[] = [
  { name: 'Stripe', hosts: ['api.stripe.com'], answer: stripe },
  { name: 'Resend', hosts: ['api.resend.com'], answer: () => ok({ id: 'stub-mail' }) },
  {
    name: 'SendGrid',
    hosts: ['api.sendgrid.com', 'api.eu.sendgrid.com'],
    answer: () => ({ status: 202, headers: { 'x-message-id': 'stub-mail' }, body: undefined }),
  },
  {
    name: 'Postmark',
    hosts: ['api.postmarkapp.com'],
    answer: () =>
      ok({ ErrorCode: 0, Message: 'OK', MessageID: 'stub-mail', SubmittedAt: '2026-01-01T00:00:00Z' }),
  },
  {
    name: 'Mailgun',
    hosts: ['api.mailgun.net', 'api.eu.mailgun.net'],
    answer: () => ok({ id: '<stub-mail>', message: 'Queued. Thank you.' }),
  },
  { name: 'Loops', hosts: ['app.loops.so'], answer: () => ok({ success: true }) },
  {
    name: 'Twilio',
    hosts: ['api.twilio.com'],
    answer: () => ({ status: 201, body: { sid: 'SMstub', status: 'queued' } }),
  },
  {
    name: 'S3',
    hosts: ['*.amazonaws.com', '*.r2.cloudflarestorage.com', '*.digitaloceanspaces.com'],
    answer: s3,
  },
  { name: 'OpenAI', hosts: ['api.openai.com'], answer: openai },
  { name: 'Anthropic', hosts: ['api.anthropic.com'], answer: anthropic },
  { name: 'Clerk', hosts: ['api.clerk.com', 'api.clerk.dev'], answer: clerk },
  { name: 'Upstash', hosts: ['*.upstash.io'], answer: upstash },
  {
    name: 'PostHog',
    hosts: ['*.posthog.com'],
    answer: () => ok({ status: 1, featureFlags: {}, featureFlagPayloads: {}, flags: {} }),
  },
  { name: 'Sentry', hosts: ['sentry.io', '*.sentry.io'], answer: () => ok({ id: 'stub' }) },
  { name: 'Segment', hosts: ['api.segment.io', 'cdn.segment.com'], answer: () => ok({ success: true }) },
  {
    name: 'Tinybird',
    hosts: ['*.tinybird.co'],
    answer: () => ok({ data: [], rows: 0, meta: [], successful_rows: 1, quarantined_rows: 0 }),
  },
  {
    name: 'Google',
    hosts: [
      'oauth2.googleapis.com',
      'accounts.google.com',
      'openidconnect.googleapis.com',
      'www.googleapis.com',
    ],
    answer: google,
  },
  { name: 'GitHub', hosts: ['github.com', 'api.github.com'], answer: github },
  { name: 'Cloudflare Turnstile', hosts: ['challenges.cloudflare.com'], answer: () => ok({ success: true }) },
  { name: 'hCaptcha', hosts: ['hcaptcha.com', 'api.hcaptcha.com'], answer: () => ok({ success: true }) },
  { name: 'Slack', hosts: ['slack.com', 'hooks.slack.com'], answer: () => ok({ ok: true }) },
  { name: 'Discord', hosts: ['discord.com'], answer: () => empty },
  { name: 'Have I Been Pwned', hosts: ['api.pwnedpasswords.com'], answer: () => ({ status: 200, body: '' }) },
]

export const stubbedHosts = services.flatMap((one) => one.hosts)

export function serviceOf(host: string): Service | undefined {
  const matches = (pattern: string): boolean =>
    pattern === host || (pattern.startsWith('*.') && host.endsWith(pattern.slice(1)))
  return services.find((one) => one.hosts.some(matches))
}

/** Objects of Stripe are told by the collection in the path; a list where the path ends with it. */
function stripe({ method, path }: StubRequest): StubAnswer {
  const [collection = 'object', id] = (path.split('?')[0] ?? '')
    .replace(/^\/v\d\//, '')
    .split('/')
    .slice(0, 2)
  const kind = collection.replace(/s$/, '')
  if (method === 'GET' && id === undefined)
    return ok({ object: 'list', data: [], has_more: false, url: `/v1/${collection}` })
  if (path.includes('/sessions'))
    return ok({
      id: 'cs_test_stub',
      object: `${collection}.session`,
      url: 'https://checkout.stripe.com/stub',
      status: 'open',
    })
  return ok({
    id: id ?? `${kind}_stub`,
    object: kind,
    created: 1_767_225_600,
    livemode: false,
    metadata: {},
    status: 'succeeded',
    client_secret: 'stub_secret',
    ...(method === 'DELETE' ? { deleted: true } : {}),
  })
}

function s3({ method, path }: StubRequest): StubAnswer {
  const headers = { etag: '"stub"', 'content-type': 'application/xml' }
  if (method === 'PUT' || method === 'HEAD') return { status: 200, headers, body: '' }
  if (method === 'DELETE') return empty
  if (method === 'GET' && path.includes('list-type'))
    return { status: 200, headers, body: '<ListBucketResult><KeyCount>0</KeyCount></ListBucketResult>' }
  return { status: 200, headers, body: method === 'GET' ? 'stub' : '<Result/>' }
}

function openai({ path }: StubRequest): StubAnswer {
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  if (path.includes('/embeddings'))
    return ok({
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding: Array(1536).fill(0.01) }],
      usage,
    })
  if (path.includes('/moderations')) return ok({ id: 'stub', results: [{ flagged: false, categories: {} }] })
  if (path.includes('/responses'))
    return ok({
      id: 'resp_stub',
      object: 'response',
      status: 'completed',
      output: [
        {
          type: 'message',
          role: 'assistant',
          content: [{ type: 'output_text', text: 'stub', annotations: [] }],
        },
      ],
      usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    })
  return ok({
    id: 'chatcmpl-stub',
    object: 'chat.completion',
    choices: [{ index: 0, message: { role: 'assistant', content: 'stub' }, finish_reason: 'stop' }],
    usage,
  })
}

function anthropic(): StubAnswer {
  return ok({
    id: 'msg_stub',
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: 'stub' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  })
}

function clerk({ path }: StubRequest): StubAnswer {
  const id = /\/users\/([^/?]+)/.exec(path)?.[1]
  if (id === undefined) return ok({ data: [], total_count: 0 })
  return ok({
    id,
    object: 'user',
    first_name: 'Stub',
    last_name: 'User',
    email_addresses: [
      { id: 'idn_stub', email_address: `${id}@example.test`, verification: { status: 'verified' } },
    ],
    primary_email_address_id: 'idn_stub',
    public_metadata: {},
    private_metadata: {},
    unsafe_metadata: {},
  })
}

/** Redis over HTTP: one result, or one for each command of a pipeline. */
function upstash({ path, body }: StubRequest): StubAnswer {
  if (!/\/(?:pipeline|multi-exec)/.test(path)) return ok({ result: null })
  const commands = body.match(/\[\s*"/g)?.length ?? 1
  return ok(
    Array.from({ length: Math.max(commands - (body.startsWith('[[') ? 0 : 1), 1) }, () => ({ result: null })),
  )
}

function google({ path }: StubRequest): StubAnswer {
  if (path.includes('openid-configuration'))
    return ok({
      issuer: 'https://accounts.google.com',
      authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
      token_endpoint: 'https://oauth2.googleapis.com/token',
      userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
      jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
    })
  if (path.includes('/token')) return ok({ access_token: 'stub', token_type: 'Bearer', expires_in: 3600 })
  if (path.includes('/certs')) return ok({ keys: [] })
  return ok({ sub: 'stub', email: 'stub@example.test', email_verified: true, name: 'Stub User', items: [] })
}

function github({ path }: StubRequest): StubAnswer {
  if (path.includes('access_token')) return ok({ access_token: 'stub', token_type: 'bearer', scope: '' })
  if (path.includes('/user/emails'))
    return ok([{ email: 'stub@example.test', primary: true, verified: true }])
  if (/^\/user(?:\?|$)/.test(path))
    return ok({ id: 1, login: 'stub', name: 'Stub User', email: 'stub@example.test' })
  return ok([])
}
