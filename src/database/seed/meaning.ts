/** What a column is for, judged by its name: whether its text is free or has a format. */

export type Meaning =
  | 'email'
  | 'url'
  | 'domain'
  | 'phone'
  | 'slug'
  | 'handle'
  | 'password'
  | 'secret'
  | 'id'
  | 'ip'
  | 'currency'
  | 'country'
  | 'locale'
  | 'timezone'
  | 'color'
  | 'mime'
  | 'path'
  | 'date'
  | 'time'
  | 'number'
  | 'kind'
  | 'free'

/** `passwordHash`, `password_hash`, `OAuthToken` → `password hash`. */
export function wordsOf(name: string): string {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[\s_.-]+/)
    .filter((word) => word !== '')
    .join(' ')
    .toLowerCase()
}

/** The first pattern that fits decides; a name that fits none is of free text. */
const MEANINGS: [Meaning, RegExp][] = [
  ['password', /(^| )(password|passwd|pwd|passphrase)( hash| digest)?$|(^| )hashed password$/],
  ['email', /(^| )e ?mails?( address(es)?)?$|^(reply to|sender|recipient)$/],
  [
    'secret',
    /(^| )(secret|token|jwt|otp|salt|api ?key|private key|backup codes?|verifier)s?$|(^| )hash(ed)?$|^hashed /,
  ],
  [
    'secret',
    /(^| )(verification|recovery|reset|access|invite|invitation) code$|(^| )(secret|signing|encryption) key$/,
  ],
  [
    'url',
    /(^| )(url|uri|href|website|homepage|webhook|endpoint|avatar|image|picture|photo|logo|banner|thumbnail|favicon|cover|icon url)s?$/,
  ],
  ['url', /(^| )(redirect|callback) (url|uri|to)s?$/],
  ['domain', /(^| )(domain|sub ?domain|hostname|host|origin)s?$/],
  ['phone', /(^| )(phone|mobile|fax|tel|telephone|whatsapp)( number)?s?$/],
  ['slug', /(^| )(slug|permalink|short ?code|alias)s?$/],
  ['handle', /(^| )(user ?name|login|handle|nick ?name)$/],
  ['ip', /(^| )ip( address)?(es)?$/],
  ['currency', /(^| )currenc(y|ies)( code)?$/],
  ['country', /(^| )countr(y|ies)( code)?$|^nationality$/],
  ['locale', /(^| )(locale|language|lang)s?( code)?$/],
  ['timezone', /(^| )(time ?zone|tz)$/],
  ['color', /(^| )colou?rs?$/],
  ['mime', /(^| )(mime|mime ?type|content type|media type)$/],
  ['path', /(^| )(path|pathname|file ?name|storage key|object key|file key|folder)$|^file$/],
  [
    'id',
    /(^| )(u?u?id|guid|cuid|external ref|reference|ref|key|prefix|fingerprint|checksum|etag|nonce|state)s?$/,
  ],
  ['date', /(^| )(date|day|birthday)$/],
  ['time', /(^| )(time|hour)$/],
  [
    'number',
    /(^| )(number|amount|price|total|zip|zip ?code|postal ?code|postcode|year|version|vat|iban|bic)$/,
  ],
  [
    'kind',
    /(^| )(type|status|kind|mode|provider|action|event|method|plan|tier|unit|gender|roles?|scopes?|algorithm|category|level|severity|source|platform|channel|interval|frequency|period|theme|icon|format|layout|visibility|priority|operator|direction|stage|environment|env|region|model|entity|resource|object|target type|permissions?|flag|feature|variant|size|grade)s?$/,
  ],
]

export function meaningOf(column: string): Meaning {
  const words = wordsOf(column)
  return MEANINGS.find(([, pattern]) => pattern.test(words))?.[0] ?? 'free'
}

const VARIED = new Set<Meaning>([
  'email',
  'url',
  'domain',
  'slug',
  'handle',
  'secret',
  'password',
  'id',
  'path',
  'free',
])

/** Whether no two values of such a column are the same. */
export const isVaried = (column: string): boolean => VARIED.has(meaningOf(column))

/** Names of what says that a row is over: empty in a row that is alive. */
const OVER =
  /(^| )(deleted|removed|trashed|revoked|archived|cancell?ed|canceled|cancellation|banned|ban|blocked|suspended|locked|lock|disabled|deactivated|expired|rejected|failed|failure|error|errors|refunded|voided|dismissed|declined|unsubscribed|withdrawn|terminated|hidden|spam|closed|completed|resolved|finished|redeemed|consumed|used|snoozed|muted|paused|bounced|impersonated)( |$)/

export const isOver = (column: string): boolean => OVER.test(wordsOf(column))

/** Names of what says that a row may be used. */
export const isAlive = (column: string): boolean =>
  /(^| )(active|enabled|verified|verification|approved|confirmed|accepted|onboarded|onboarding completed|valid|available)( at)?$/.test(
    wordsOf(column),
  ) && !/(^| )(two factor|2fa|mfa|totp|otp|sso|saml|webhook|in ?active|not|un\w+)( |$)/.test(wordsOf(column))

/** Values of an enum that mean the row is over or not there yet. */
export const isDeadValue = (value: string): boolean =>
  isOver(value) ||
  /(^| )(inactive|pending|invited|draft|unverified|void|invalid|dead|none|unknown|error)( |$)/.test(
    wordsOf(value),
  )

export const isAliveValue = (value: string): boolean =>
  /^(active|accepted|approved|verified|enabled|confirmed|joined|valid)$/.test(wordsOf(value))

/** Names of what a tenant or a user pays for. */
const isPlan = (column: string): boolean =>
  /(^| )(plan|tier|edition|package)( (name|type|id|key))?$/.test(wordsOf(column))

const PLANS = [/enterprise|unlimited/, /business|team|scale|growth|premium|plus|(^| )pro( |$)|paid/]

/** The plan that opens the most, as far as names tell: what is not paid for is refused to everybody. */
export const bestPlan = (column: string, values: readonly string[]): string | undefined =>
  isPlan(column)
    ? PLANS.map((pattern) => values.find((one) => pattern.test(wordsOf(one)))).find(
        (one) => one !== undefined,
      )
    : undefined
