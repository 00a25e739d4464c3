/** Mistakes that people make in sign-in code. The attacks have to notice each of them in the code of this recipe. */
import type { Replacement, WrittenMutant } from '../../proof/mutants/written.ts'

const at = (put: string, ...find: (string | RegExp)[]): Replacement => ({ find, put })

function mutant(
  id: string,
  title: string,
  killedBy: string[],
  changes: Replacement[],
  optional?: string,
): WrittenMutant {
  return { id, title, killedBy, changes, ...(optional === undefined ? {} : { optional }) }
}

const NO_REGISTER = 'The recipe adds no registration.'

const tokens: WrittenMutant[] = [
  mutant(
    'audience-unchecked',
    'The audience is not checked',
    ['token-audience'],
    [at('', 'audience: AUDIENCE,')],
  ),
  mutant('issuer-unchecked', 'The issuer is not checked', ['token-issuer'], [at('', 'issuer: ISSUER,')]),
  mutant(
    'type-unchecked',
    'The type of a token is not checked',
    ['token-type'],
    [at('algorithms: [ALGORITHM],', 'algorithms: [ALGORITHM], typ: TYPE,')],
  ),
  mutant(
    'any-algorithm',
    'Any algorithm of the key is taken',
    ['token-other-algorithm'],
    [at('', 'algorithms: [ALGORITHM],')],
  ),
  mutant('end-optional', 'A token needs no end', ['token-endless'], [at('', "requiredClaims: ['exp'],")]),
  mutant(
    'signature-unchecked',
    'Tokens are decoded, not verified',
    ['token-tampered', 'token-wrong-key', 'token-unsigned'],
    [
      at(
        "const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())",
        'const { payload } = await jwtVerify($$all)',
      ),
    ],
  ),
  mutant(
    'key-by-name',
    'A token brings the name of its key, and the name is the key',
    ['token-foreign-kid'],
    [at('if (!key) return imported(String(id))', 'if (!key) throw new errors.JWKSNoMatchingKey()')],
  ),
  mutant(
    'long-life',
    'Access tokens live for a month',
    ['token-lifetime'],
    [at('accessToken: 30 * 24 * 60 * 60, idle:', 'accessToken: $$life, idle:')],
  ),
]

const sessions: WrittenMutant[] = [
  mutant(
    'family-lives',
    'A refresh token that was used ends nothing',
    ['refresh-replay', 'refresh-race'],
    [at('', 'await endReused(chain, link)')],
  ),
  mutant(
    'refresh-unconditional',
    'A refresh token is not compared when it is exchanged',
    ['refresh-race', 'refresh-replay', 'refresh-made-up'],
    [at('where: { $chain: digest(chain),', 'where: { $chain: digest(chain), $link: digest(link),')],
  ),
  mutant(
    'no-idle-end',
    'Sessions that nobody uses do not end',
    ['session-idle'],
    [at('$last: { gt: now } }', '$idle: { gt: now }, $last: { gt: now } }')],
  ),
  mutant(
    'no-last-day',
    'Sessions do not end while they are used',
    ['session-absolute'],
    [at('}', '$last: { gt: now } }')],
  ),
  mutant(
    'last-day-unchecked',
    'Access outlives the session',
    ['session-absolute'],
    [at('', '$last: { gt: new Date() },')],
  ),
  mutant(
    'last-day-moves',
    'A refresh puts the end of the session off',
    ['session-absolute-moves'],
    [
      at(
        '{ $$conditions, $last: { gt: now } }, data: { $last: inSeconds(lifetimes.session), $link: digest(next), $idle: idleEnd }',
        '{ $$conditions, $last: { gt: now } }, data: { $link: digest(next), $idle: idleEnd }',
      ),
    ],
  ),
  mutant(
    'session-unchecked',
    'Who signed out is not looked for',
    ['logout-access', 'refresh-replay'],
    [at('$last: { gt: new Date() }', '$revoked: null, $last: { gt: new Date() }')],
  ),
  mutant(
    'foreign-session',
    'The session need not be of the user of the token',
    ['token-foreign-session', 'token-without-subject'],
    [at('', '$user: claims.userId,', '$user: $convert(claims.userId),')],
  ),
  mutant(
    'logout-of-cookie',
    'Logout forgets the cookie alone',
    ['logout-access', 'logout-refresh'],
    [at('true', 'refreshToken !== undefined && (await endSessionOf(refreshToken))')],
  ),
  mutant(
    'logout-of-all',
    'Logout of one ends the sessions of all',
    ['logout-others'],
    [at('where: { $revoked: null }', 'where: { $chain: digest(chain), $revoked: null }')],
  ),
  mutant(
    'refresh-stored',
    'Refresh tokens are stored as they are',
    ['stored-tokens'],
    [
      at(
        'const digest = (text: string) => text',
        "const digest = (text: string) => createHash('sha256').update(text).digest('base64url')",
      ),
    ],
  ),
  mutant(
    'short-secret',
    'Refresh tokens can be guessed',
    ['refresh-entropy'],
    [at('const secret = () => randomBytes(4)', 'const secret = () => randomBytes(32)')],
  ),
]

const limits: WrittenMutant[] = [
  mutant(
    'no-limit',
    'Guesses are not counted',
    ['guesses-in-turn', 'parallel-guesses'],
    [at('', 'await requireAll([here, $$more])')],
  ),
  mutant(
    'limit-swallowed',
    'A limiter that says no is not heard',
    ['guesses-in-turn'],
    [
      at(
        'const budget = await spendLogin($account, network).catch(() => undefined)',
        'const budget = await spendLogin($account, network)',
      ),
    ],
  ),
  mutant(
    'limit-by-account',
    'The strict limit is for the account alone',
    ['owner-locked-out'],
    [at("const here = budget(['login', account],", "const here = budget(['login', account, network],")],
  ),
  mutant(
    'limit-by-address',
    'Guesses at an account from everywhere are not counted',
    ['account-budget'],
    [at('const spent: Budget[] = []', 'const spent = await spentOf([everywhere])')],
  ),
  mutant(
    'first-address',
    'The address that the client wrote is believed',
    ['forged-address'],
    [at('hops.at(0)', 'hops.at(-proxies)')],
  ),
  mutant(
    'each-ipv6-address',
    'Each address of an IPv6 network has guesses of its own',
    ['address-rotation-v6'],
    [at('groups.slice(0, 8)', /groups\s*\.slice\(0, 4\)/)],
  ),
  mutant(
    'address-as-text',
    'Each spelling of an address has guesses of its own',
    ['address-spelling'],
    [at('if (isIPv6(address)) return address', 'if (!isIPv6(address)) return undefined')],
  ),
  mutant(
    'no-retry-after',
    'A refusal does not say when to come back',
    ['guesses-in-turn'],
    [
      at(
        '',
        "response.headers.set('Retry-After', String(error.seconds))",
        "response.headers.set('Retry-After', String(seconds))",
      ),
    ],
  ),
]

const passwords: WrittenMutant[] = [
  mutant(
    'no-dummy-hash',
    'Nothing is hashed for an account that is not there',
    ['enumeration-time'],
    [
      at(
        'const $right = user ? await verifyPassword(password, user.$hash) : false',
        'const $right = await verifyPassword(password, user?.$hash)',
      ),
    ],
  ),
  mutant(
    'unknown-said',
    'An account that is not there has another status',
    ['enumeration-answer'],
    [
      at(
        "recordEvent('login.failed', { $$details })\n    throw new $Failure(user ? 401 : 404, $$more)",
        "recordEvent('login.failed', { $$details }) throw new $Failure(401, $$more)",
      ),
    ],
    'The errors of the project take the status in another place.',
  ),
  mutant(
    'any-password',
    'Any password will do',
    ['parallel-guesses', 'guesses-in-turn'],
    [at('if (!user', 'if (!user || !$right')],
  ),
  mutant(
    'case-counts',
    'An address in capitals is another account',
    ['case-variants'],
    [at('z.string().trim().max(254)', 'z.string().trim().toLowerCase().max(254)')],
  ),
  mutant(
    'nul-allowed',
    'A NUL byte is let through',
    ['nul-byte'],
    [at('true', "!text.includes('\\u0000')")],
    NO_REGISTER,
  ),
  mutant(
    'weak-hash',
    'Hashes are quick to make',
    ['stored-hash'],
    [at('memoryCost: 1024, timeCost: 1', 'memoryCost: 19_456, timeCost: 2')],
    'The project hashes by itself, or nobody registers.',
  ),
  mutant(
    'password-logged',
    'A password that was wrong is logged',
    ['logged-secrets'],
    [
      at(
        "recordEvent('login.failed', { password, $$details })",
        "recordEvent('login.failed', { $$details })",
      ),
    ],
  ),
  mutant(
    'short-allowed',
    'Eight characters are enough',
    ['password-too-short'],
    [at('export const MIN_LENGTH = 8', 'export const MIN_LENGTH = $least')],
    NO_REGISTER,
  ),
  mutant(
    'length-in-units',
    'Length is counted in units',
    ['password-code-points'],
    [at('text.length', '[...text].length')],
    NO_REGISTER,
  ),
  mutant(
    'no-list',
    'Known passwords are taken',
    ['password-listed'],
    [at('', 'if (COMMON.has(text)) return $why')],
    NO_REGISTER,
  ),
]

const requests: WrittenMutant[] = [
  mutant(
    'hash-shown',
    'A user is shown with all columns, the hash too',
    ['hash-in-answer'],
    [at('$user: true } })', '$user: { select: publicUser } } })')],
  ),
  mutant(
    'any-content-type',
    'Any type of content is read as JSON',
    ['content-type'],
    [at("const type = 'application/json'", "const type = request.headers.get('content-type') ?? ''")],
  ),
  mutant(
    'no-cap',
    'Bodies of any size are read',
    ['large-body', 'large-body-chunked'],
    [at('if (size > 1e9)', 'if (size > MAX_BYTES)')],
  ),
  mutant(
    'cached',
    'Answers may be kept in caches',
    ['cached-tokens'],
    [at('', "response.headers.set('Cache-Control', 'no-store')")],
  ),
  mutant(
    'any-origin',
    'Requests of other sites are taken',
    ['cross-site-refresh', 'cross-site-logout', 'cross-site-login'],
    [
      at(
        '$isOurs = true',
        '$isOurs = origin === null || (URL.canParse(origin) && new URL(origin).host === host)',
      ),
      at('false', "site !== 'same-origin' && site !== 'none'"),
    ],
    'Refresh tokens are not in a cookie.',
  ),
  mutant(
    'scripts-read-cookie',
    'Scripts can read the refresh token',
    ['cookie-flags'],
    [at('', / HttpOnly;/)],
    'Refresh tokens are not in a cookie.',
  ),
  mutant(
    'any-site-cookie',
    'The cookie goes along from other sites',
    ['cookie-flags'],
    [at('SameSite=None', /SameSite=Strict/)],
    'Refresh tokens are not in a cookie.',
  ),
  mutant(
    'cookie-stays',
    'Logout leaves the cookie',
    ['cookie-removed'],
    [at('', 'clearRefreshCookie(response)')],
    'Refresh tokens are not in a cookie.',
  ),
  mutant(
    'all-fields-stored',
    'Registration stores whatever is sent',
    ['mass-assignment'],
    [
      at('registerSchema = z.looseObject(', 'registerSchema = z.object('),
      at(
        'const { $$names, password, ...others } = registration',
        'const { $$names, password } = registration',
      ),
      at('data: { $$fields, ...others }, select: publicUser', 'data: { $$fields }, select: publicUser'),
    ],
    NO_REGISTER,
  ),
  mutant(
    'taken-fails',
    'Who loses a race to register sees a failure of the server',
    ['register-race'],
    [at("error.code === 'P2025'", "error.code === 'P2002'")],
    NO_REGISTER,
  ),
]

export const authMutants: readonly WrittenMutant[] = [
  ...tokens,
  ...sessions,
  ...limits,
  ...passwords,
  ...requests,
]
