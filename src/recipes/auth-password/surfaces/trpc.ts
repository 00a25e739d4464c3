/** Sign-in as procedures of the project's tRPC router. */
import { addNamedImport } from '../../../changes/imports.ts'
import { addRouter } from '../../../changes/registrations.ts'
import { openSource, replaceExpression, type SourceFile, setProperty } from '../../../changes/source-file.ts'
import type { Edit, NewFile } from '../../../core/change.ts'
import { UserError } from '../../../core/error.ts'
import { failing } from '../answers.ts'
import { fromExport, fromFile, type Wanted, written } from '../source.ts'
import type { Call, Target } from '../target.ts'
import type { TrpcHome } from './trpc-home.ts'

/** The modules beside the shared ones, and the router. */
export function trpcCode(t: Target, home: TrpcHome): NewFile[] {
  return [
    httpContext(t),
    ...(t.refreshIn === 'cookie' ? [refreshCookie(t)] : []),
    tokensOf(t),
    procedures(t, home),
    router(t, home),
  ]
}

function httpContext(t: Target): NewFile {
  return written(
    t.habits,
    t.part['http-context'],
    [],
    `
/** What procedures see of HTTP; nothing where code of the server calls them. */
export type HttpContext = { http?: { headers: Headers; resHeaders: Headers } }`,
    false,
  )
}

function refreshCookie(t: Target): NewFile {
  return written(
    t.habits,
    t.part['refresh-cookie'],
    [fromFile(t.part.sessions, 'type OpenSession')],
    `
// A browser accepts the prefix only from this very host, over HTTPS. Development has no HTTPS.
const isProduction = process.env.NODE_ENV === 'production'
const NAME = isProduction ? '__Host-refresh' : 'refresh'
const ATTRIBUTES = \`Path=/; HttpOnly; SameSite=Strict\${isProduction ? '; Secure' : ''}\`

export function readRefreshCookie(headers: Headers): string | undefined {
  const pairs = (headers.get('cookie') ?? '').split(/; */)
  return pairs.find((pair) => pair.startsWith(\`\${NAME}=\`))?.slice(NAME.length + 1)
}

export function setRefreshCookie(resHeaders: Headers, { refreshToken, refreshExpiresAt }: OpenSession): void {
  const cookie = \`\${NAME}=\${refreshToken}; \${ATTRIBUTES}; Expires=\${refreshExpiresAt.toUTCString()}\`
  resHeaders.append('Set-Cookie', cookie)
}

export function clearRefreshCookie(resHeaders: Headers): void {
  resHeaders.append('Set-Cookie', \`\${NAME}=; \${ATTRIBUTES}; Max-Age=0\`)
}`,
  )
}

function tokensOf(t: Target): NewFile {
  const inCookie = t.refreshIn === 'cookie'
  const text = (value: string): string => (t.user.id.type === 'String' ? value : `String(${value})`)
  const id = t.tables.id.type === 'String' ? 'session.id' : 'String(session.id)'
  const fields = [
    'accessToken',
    "tokenType: 'Bearer' as const",
    'expiresIn: lifetimes.accessToken',
    ...(inCookie ? [] : ['refreshToken: session.refreshToken', 'refreshExpiresAt: session.refreshExpiresAt']),
  ]
  return written(
    t.habits,
    t.part['token-answer'],
    [
      fromFile(t.part['access-tokens'], 'signAccessToken'),
      ...(inCookie ? [fromFile(t.part['refresh-cookie'], 'setRefreshCookie')] : []),
      fromFile(t.part.sessions, 'type OpenSession'),
      fromFile(t.part.settings, 'lifetimes'),
    ],
    `
${inCookie ? '/** The access token for the program, the refresh token where no script can read it. */' : '/** Both tokens for a program that keeps them safe: an app, a server. */'}
export async function tokenAnswer(session: OpenSession${inCookie ? ', resHeaders: Headers' : ''}) {
  const accessToken = await signAccessToken({ userId: ${text('session.userId')}, sessionId: ${id} })
${inCookie ? '  setRefreshCookie(resHeaders, session)\n' : ''}  return { ${fields.join(', ')} }
}`,
  )
}

function procedures(t: Target, home: TrpcHome): NewFile {
  const large = failing(t, 'tooLarge', 'The request body is too large')
  const base = home.procedure.name
  return written(
    t.habits,
    t.part.procedures,
    [
      ...large.imports,
      fromExport(home.procedure),
      fromFile(t.part['require-user'], 'requireUser'),
      fromFile(t.part['retry-later'], 'RetryLater'),
    ],
    `
const MAX_BYTES = 8 * 1024

/** For everybody. A body that says that it is large is not read, and nobody keeps the answer. */
export const authProcedure = ${base}.use(async ({ ctx, next }) => {
  // Code of the server that calls a procedure has neither: it is nobody's browser.
  const { headers, resHeaders } = ctx.http ?? { headers: new Headers(), resHeaders: new Headers() }
  resHeaders.set('Cache-Control', 'no-store')
  if (Number(headers.get('content-length')) > MAX_BYTES) {
    throw ${large.code}
  }
  const result = await next({ ctx: { headers, resHeaders } })
  if (!result.ok && result.error instanceof RetryLater) {
    resHeaders.set('Retry-After', String(result.error.seconds))
  }
  return result
})

/** For whoever holds an access token: \`ctx.account\` is theirs. */
export const protectedTokenProcedure = authProcedure.use(async ({ ctx, next }) => {
  const { user, sessionId } = await requireUser(ctx.headers)
  return next({ ctx: { account: user, sessionId } })
})`,
  )
}

function router(t: Target, home: TrpcHome): NewFile {
  const members = t.calls.map((call) => bodies[call](t))
  const imports = [
    fromExport(home.router),
    fromFile(t.part.procedures, 'authProcedure', 'protectedTokenProcedure'),
    ...members.flatMap((one) => one.imports),
  ]
  return written(
    t.habits,
    home.file,
    imports,
    `
export const ${home.name} = ${home.router.name}({
${members.map(({ code }) => `  ${code},`).join('\n\n')}
})`,
    false,
  )
}

interface Words {
  code: string
  imports: Wanted[]
}

const bodies: Record<Call, (t: Target) => Words> = {
  register: ({ part }) => ({
    code: `register: authProcedure
    .input(registerSchema)
    .mutation(({ ctx, input }) => register(input, networkOf(ctx.headers)))`,
    imports: [
      fromFile(part.schemas, 'registerSchema'),
      fromFile(part.network, 'networkOf'),
      fromFile(part.register, 'register'),
    ],
  }),
  login: (t) => {
    const guard = sameOrigin(t)
    return {
      code: `login: authProcedure.input(loginSchema).mutation(async ({ ctx, input }) => {
    ${guard.code}const session = await signIn(input, networkOf(ctx.headers))
    return ${answer(t)}
  })`,
      imports: [
        ...guard.imports,
        fromFile(t.part.schemas, 'loginSchema'),
        fromFile(t.part.network, 'networkOf'),
        fromFile(t.part['sign-in'], 'signIn'),
        fromFile(t.part['token-answer'], 'tokenAnswer'),
      ],
    }
  },
  refresh: (t) => {
    const token = refreshToken(t, 'refreshSchema')
    const refused = failing(t, 'signedOut', 'Sign in to continue')
    const renewed = 'await renewSession(refreshToken)'
    return {
      code: `refresh: authProcedure${token.input}.mutation(async ({ ${token.takes} }) => {
    ${token.code}
    const session = ${t.refreshIn === 'cookie' ? `refreshToken && (${renewed})` : renewed}
    if (!session) throw ${refused.code}
    return ${answer(t)}
  })`,
      imports: [
        ...token.imports,
        ...refused.imports,
        fromFile(t.part.sessions, 'renewSession'),
        fromFile(t.part['token-answer'], 'tokenAnswer'),
      ],
    }
  },
  logout: (t) => {
    const token = refreshToken(t, 'refreshSchema.partial().optional()')
    const inCookie = t.refreshIn === 'cookie'
    return {
      code: `logout: authProcedure${token.input}.mutation(async ({ ${inCookie ? 'ctx' : 'ctx, input'} }) => {
    ${token.code.replace('= input', '= input ?? {}')}
    const hasEnded = refreshToken !== undefined && (await endSessionOf(refreshToken))
    if (!hasEnded) await endSession((await requireUser(ctx.headers)).sessionId)
    ${inCookie ? 'clearRefreshCookie(ctx.resHeaders)\n    ' : ''}return { ok: true }
  })`,
      imports: [
        ...token.imports,
        ...(inCookie ? [fromFile(t.part['refresh-cookie'], 'clearRefreshCookie')] : []),
        fromFile(t.part['require-user'], 'requireUser'),
        fromFile(t.part.sessions, 'endSession', 'endSessionOf'),
      ],
    }
  },
  me: () => ({ code: 'me: protectedTokenProcedure.query(({ ctx }) => ctx.account)', imports: [] }),
}

const answer = ({ refreshIn }: Target): string =>
  refreshIn === 'cookie' ? 'tokenAnswer(session, ctx.resHeaders)' : 'tokenAnswer(session)'

function sameOrigin(t: Target): Words {
  return t.refreshIn === 'cookie'
    ? {
        code: 'requireSameOrigin(ctx.headers)\n    ',
        imports: [fromFile(t.part['same-origin'], 'requireSameOrigin')],
      }
    : { code: '', imports: [] }
}

function refreshToken(t: Target, schema: string): Words & { input: string; takes: string } {
  if (t.refreshIn === 'body')
    return {
      code: 'const { refreshToken } = input',
      input: `.input(${schema})`,
      takes: 'input',
      imports: [fromFile(t.part.schemas, 'refreshSchema')],
    }
  const guard = sameOrigin(t)
  return {
    code: `${guard.code}const refreshToken = readRefreshCookie(ctx.headers)`,
    input: '',
    takes: 'ctx',
    imports: [...guard.imports, fromFile(t.part['refresh-cookie'], 'readRefreshCookie')],
  }
}

/** The router among the others, and HTTP in the context of procedures. */
export function trpcEdits(t: Target, home: TrpcHome, read: (file: string) => string | undefined): Edit[] {
  const open = (file: string): SourceFile => {
    const source = openSource(file, read(file) ?? '')
    if (source) return source
    throw new UserError(
      `${file} could not be read.`,
      'Repair its syntax, or ask for route handlers: --set surface=routes.',
    )
  }
  const from = (file: string, to: string): string => t.habits.specifier(file, to)
  const root = open(home.root.file)
  const registered = addRouter(root, {
    key: home.key,
    name: home.name,
    from: from(home.root.file, home.file),
  })
  return [
    ...(registered ?? refuse(home.root.file, 'has no object of routers')),
    ...contextEdits(open(home.builder), from(home.builder, t.part['http-context'])),
    ...mountEdits(open(home.mount.file)),
  ]
}

function refuse(file: string, why: string): never {
  throw new UserError(
    `The procedures cannot be added: ${file} ${why}.`,
    'Ask for route handlers instead: --set surface=routes.',
  )
}

/** `initTRPC.context<Context & HttpContext>()` */
export function contextEdits(source: SourceFile, from: string): Edit[] {
  const { file, text } = source
  const made = addNamedImport(source, from, 'HttpContext')
  const imports = made.edits.map((one) => ({
    ...one,
    text: one.text.replace(/import \{ HttpContext \}/, 'import type { HttpContext }'),
  }))
  const context = /\binitTRPC\s*\.context</.exec(text)
  if (!context) {
    const start = /\binitTRPC\b(?=\s*\.(?:create|meta)\b)/.exec(text)
    if (!start) return refuse(file, 'makes its context in a way that is not known here')
    const at = start.index + start[0].length
    return [...imports, { file, from: at, to: at, text: '.context<HttpContext>()' }]
  }
  const begin = context.index + context[0].length
  const end = closing(text, begin)
  const type = text.slice(begin, end).trim()
  const plain = type.startsWith('typeof ')
    ? `Awaited<ReturnType<${type}>>`
    : /[|?]/.test(type)
      ? `(${type})`
      : type
  return [...imports, { file, from: begin, to: end, text: `${plain} & HttpContext` }]
}

/** Where the type argument that begins at the offset ends. */
function closing(text: string, from: number): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    if (text[at] === '<' || text[at] === '(' || text[at] === '{') depth++
    else if (text[at] === '>' && text[at - 1] !== '=' && depth-- === 0) return at
    else if (text[at] === ')' || text[at] === '}') depth--
  }
  return text.length
}

/** The context that HTTP makes gets the headers of the request and of the answer. */
export function mountEdits(source: SourceFile): Edit[] {
  const { file, text, shape } = source
  const call = shape
    .callsIn({ start: 0, end: text.length })
    .find(({ name }) => name === 'fetchRequestHandler')
  const [first] = call?.args ?? []
  const options = first && shape.object(first.start)
  if (!options) return refuse(file, 'calls fetchRequestHandler without an object of options')
  const member = options.members.find(({ key }) => key === 'createContext')
  const request = options.members.find(({ key }) => key === 'req')
  const name = request && text.slice(request.value.start, request.value.end)
  const [given, req] = /^\w+$/.test(name ?? '') ? ['{ resHeaders }', name] : ['{ req, resHeaders }', 'req']
  const http = `http: { headers: ${req}.headers, resHeaders }`
  if (!member) return setProperty(source, options, 'createContext', `(${given}) => ({ ${http} })`)
  const present = member.shorthand ? 'createContext' : text.slice(member.value.start, member.value.end)
  const plain = /^(?:async\s*)?\(\s*\)\s*=>\s*(?![\s{])([\s\S]+)$/.exec(present)?.[1]
  if (plain !== undefined) {
    const made = plain.replace(/^await\s+/, '')
    const code = `async (${given}) => ({
  ...(await ${made}),
  ${http},
})`
    return replaceExpression(source, member.value, code)
  }
  const called = /^[\w.]+$/.test(present) ? present : `(${present})`
  const takes = /^(?:async\s*)?\(\s*\)\s*=>/.test(present) ? '' : 'options'
  const code = `async (options) => ({
  ...(await ${called}(${takes})),
  http: { headers: options.req.headers, resHeaders: options.resHeaders },
})`
  return setProperty(source, options, 'createContext', code)
}

export const trpcEndpoints = ({ calls }: Target, { key, mount }: TrpcHome): string[] =>
  calls.map((call) =>
    call === 'me'
      ? `query ${key}.me (GET ${mount.path}/${key}.me)`
      : `mutation ${key}.${call} (POST ${mount.path}/${key}.${call})`,
  )
