/** How a test proves who is calling, in the way that the endpoint asks for it. */
import { UserError } from '../../core/error.ts'
import type { EntityField } from '../../project/data-model.ts'
import type { Project } from '../../project/project.ts'
import { isSecretName } from '../../runtime/app/values.ts'
import { Filler } from '../../runtime/sessions/claims.ts'
import { claimsOf, tokenForm } from '../../runtime/sessions/own-token.ts'
import { lookupOf } from '../../runtime/sessions/row-credential.ts'
import type { RouteRun } from './endpoints.ts'
import { literal, lowerFirst, quoted } from './text.ts'

export interface Wanted {
  /** A package, or a file of the project. */
  package?: string
  file?: string
  /** `name`, `type Name`, `default as name`, `name as other`. */
  names: string[]
}

export interface Credential {
  /** How it is sent, in words: `the cookie workshop_session`. */
  how: string
  imports: Wanted[]
  /** Statements of the module. */
  setup: string[]
  /** Of the function that gives the headers of a party; absent where a library is asked that the test stands in for. */
  headers?: string
  /** What the library gives for a party, and the function that gives it. */
  session?: { of: string; call: string }
  /** Headers that must not be enough, as code with `north` in it. */
  wrong: { what: string; headers: string; before?: string }[]
  /** Models whose rows it needs. */
  models: string[]
  /** Code of fields that those rows must have. */
  fixed: Map<string, string>
}

const NOTHING: Pick<Credential, 'imports' | 'setup' | 'wrong' | 'models'> = {
  imports: [],
  setup: [],
  wrong: [],
  models: [],
}

/** Of an endpoint that asks for nothing: no credential. Throws a `UserError` for what cannot be made in a test yet. */
export function credentialOf(project: Project, run: RouteRun): Credential | undefined {
  const { level } = run.endpoint.guard
  const deps = new Set(run.events.flatMap(({ facts }) => facts.flatMap((fact) => [...fact.deps])))
  const identities = [...deps].flatMap((dep) => /^identity:([^ ]+)/.exec(dep)?.[1] ?? [])
  if (level === 'none' && identities.length === 0) return undefined
  if (level === 'secret' || (level === 'signature' && isPlain(run))) return secretOf(run, deps)
  const lookup = lookupOf(project, run)
  if (lookup?.key) return keyOf(lookup)
  if (identities.some((one) => /^(jose|jsonwebtoken)/.test(one))) return tokenOf(project, run)
  if (identities.includes('next-auth')) return nextAuth(project, run)
  throw new UserError(
    `${run.label} asks for ${level === 'signature' ? 'a signature' : `an identity of ${identities[0] ?? 'unknown kind'}`}, which these tests cannot make yet.`,
    'It works for sessions of jose, jsonwebtoken and next-auth 4, for keys that are rows, and for a secret of the environment.',
  )
}

/** The secret itself is compared, not something that was made of it and the body. */
const isPlain = (run: RouteRun): boolean =>
  run.events
    .flatMap(({ facts }) => facts)
    .filter(({ deps }) => [...deps].some((dep) => dep.startsWith('env:')))
    .every(({ deps }) => ![...deps].some((dep) => dep.startsWith('client:body')))

function secretOf(run: RouteRun, deps: ReadonlySet<string>): Credential {
  const variable = [...deps].flatMap((dep) => /^env:(\w+)$/.exec(dep)?.[1] ?? []).find(isSecretName)
  const header = [...deps].flatMap((dep) => /^credential:header ([\w-]+)$/.exec(dep)?.[1] ?? [])[0]
  if (variable === undefined || header === undefined)
    throw new UserError(
      `It could not be read how ${run.label} is told its secret.`,
      'Write the first test by hand.',
    )
  const sent = (code: string): string => `{ ${sentIn(header, code)} }`
  return {
    ...NOTHING,
    how: `the header ${header} with ${variable}`,
    setup: [
      `const secret = 'a-secret-that-only-these-tests-know-0123456789'`,
      `process.env.${variable} = secret`,
    ],
    headers: sent(`\${secret}`),
    wrong: [
      { what: 'somebody with another secret', headers: sent('another-secret-0123456789-0123456789-0123') },
      ...(header === 'authorization'
        ? [{ what: 'the secret in another scheme', headers: `{ authorization: \`Basic \${secret}\` }` }]
        : []),
    ],
    fixed: new Map(),
  }
}

/** `authorization: \`Bearer …\``, `'x-api-key': …` */
function sentIn(header: string, code: string): string {
  if (header === 'authorization') return `authorization: \`Bearer ${code}\``
  return `${/^\w+$/.test(header) ? header : quoted(header)}: \`${code}\``
}

const FLAG = /revok|disabl|block|ban|suspend|delet|archiv/i

function keyOf({
  model,
  field,
  carrier,
  hash,
  prefix,
}: NonNullable<ReturnType<typeof lookupOf>>): Credential {
  const key = `${prefix || 'key-'}`
  const variable = lowerFirst(model.name)
  const sent = (text: string): string =>
    carrier.kind === 'cookie'
      ? `{ cookie: \`${carrier.name}=${text}\` }`
      : `{ ${sentIn(carrier.name, text)} }`
  const stored = hash
    ? `createHash(${quoted(hash.algorithm)}).update(\`${key}‹name›\`).digest(${quoted(hash.encoding)})`
    : `\`${key}‹name›\``
  const ends = model.fields.filter(
    (one) => FLAG.test(one.name) && (one.type === 'DateTime' || one.type === 'Boolean'),
  )
  return {
    how: `a row of ${model.name}, whose key is sent in ${carrier.name}`,
    imports: hash ? [{ package: 'node:crypto', names: ['createHash'] }] : [],
    setup: [],
    headers: sent(`${key}\${party.name}`),
    wrong: [
      { what: 'somebody with a key that is not known', headers: sent(`${key}nobody`) },
      ...(carrier.name === 'authorization'
        ? [{ what: 'a key in another scheme', headers: `{ authorization: \`Basic ${key}\${north.name}\` }` }]
        : []),
      ...ends.map(({ name, type }: EntityField) => ({
        what: `somebody with a key whose ${name} is set`,
        headers: sent(`${key}\${north.name}`),
        before: `await ‹client›.${model.delegate}.update({ where: { id: north.${variable}.id }, data: { ${name}: ${type === 'Boolean' ? 'true' : "new Date('2020-01-01T00:00:00.000Z')"} } })`,
      })),
    ],
    models: [model.name],
    fixed: new Map([[`${model.name}.${field}`, stored]]),
  }
}

function tokenOf(project: Project, run: RouteRun): Credential {
  const env = { PROBE: 'probe' }
  const form = tokenForm(project, env)
  const variable = form?.call.secret?.from
  const read =
    variable === undefined ? undefined : form?.call.secret?.read({ [variable]: 'probe' })?.toString()
  const algorithm = form?.call.algorithm ?? 'HS256'
  if (!form || variable === undefined || read !== 'probe' || !/^HS/.test(algorithm))
    throw new UserError(
      `It could not be read how the session tokens of ${run.label} are signed.`,
      'These tests sign with a secret of the environment and HS256, HS384 or HS512.',
    )
  const { call, carrier } = form
  const [user] = project.dataModels.flatMap(({ user }) => user ?? [])
  const claims = claimsIn(project, (filler) => claimsOf(filler, call))
  const { sub, ...others } = claims
  const sent = (code: string): string =>
    carrier.kind === 'cookie'
      ? `{ cookie: \`${carrier.name}=${code}\` }`
      : `{ ${sentIn(carrier.name.toLowerCase(), code)} }`
  const steps = (key: string): string =>
    call.library === 'jose'
      ? [
          `new SignJWT(${Object.keys(others).length > 0 ? codeOf(others) : '{}'})`,
          `.setProtectedHeader({ alg: ${quoted(algorithm)} })`,
          ...(sub === undefined ? [] : [`.setSubject(${asText(codeOf(sub))})`]),
          ...(call.issuer === undefined ? [] : [`.setIssuer(${quoted(call.issuer)})`]),
          ...(call.audience === undefined ? [] : [`.setAudience(${quoted(call.audience)})`]),
          '.setIssuedAt()',
          ".setExpirationTime('1h')",
          `.sign(new TextEncoder().encode(${key}))`,
        ].join('')
      : `jwt.sign(${codeOf(claims)}, ${key}, { algorithm: ${quoted(algorithm)}, expiresIn: '1h'${call.issuer === undefined ? '' : `, issuer: ${quoted(call.issuer)}`}${call.audience === undefined ? '' : `, audience: ${quoted(call.audience)}`} })`
  return {
    how: `${carrier.kind} ${carrier.name}: ${algorithm} with ${variable}`,
    imports:
      call.library === 'jose'
        ? [{ package: 'jose', names: ['SignJWT'] }]
        : [{ package: call.library, names: ['default as jwt'] }],
    setup: [
      `const secret = 'a secret that only these tests know, long enough'`,
      `process.env.${variable} = secret`,
      `const tokenFor = async (party: Party, key = secret) =>\n${steps('key')}`,
    ],
    headers: sent(`\${await tokenFor(party)}`),
    wrong: [
      {
        what: 'somebody with a token that another secret signed',
        headers: sent(`\${await tokenFor(north, 'another secret, which nobody should accept')}`),
      },
      { what: 'somebody with what is no token', headers: sent('none') },
    ],
    models: user === undefined ? [] : [user],
    fixed: new Map(),
  }
}

const asText = (code: string): string => (/\.id$/.test(code) ? code : `String(${code})`)

/** What a session says of a party, as code: the seeded values are marks that stand for members of the party. */
function claimsIn(
  project: Project,
  claims: (filler: Filler) => Record<string, unknown>,
): Record<string, unknown> {
  const [dataModel] = project.dataModels
  const marked = (name: string | undefined) => {
    const entity = name === undefined ? undefined : dataModel?.model(name)
    return (
      entity && {
        table: entity.table,
        values: Object.fromEntries(
          entity.fields
            .filter(({ relation }) => !relation)
            .map((field) => [field.column, `«party.${lowerFirst(entity.name)}.${field.name}»`]),
        ),
      }
    )
  }
  const row = marked(dataModel?.user)
  if (!row) return {}
  const membership = marked(dataModel?.models.find(({ role }) => role === 'membership')?.name)
  const tenant = marked(dataModel?.tenant)
  return claims(
    new Filler(project, {
      party: 'a',
      row,
      ...(membership ? { membership } : {}),
      ...(tenant ? { tenant } : {}),
    }),
  )
}

const codeOf = (value: unknown): string => literal(value).replace(/'«([^»]+)»'/g, '$1')

/** `getServerSession` stands for the whole library: what it makes of cookies is not this project's code. */
function nextAuth(project: Project, run: RouteRun): Credential {
  const [dataModel] = project.dataModels
  const user = dataModel?.user
  const entity = user === undefined ? undefined : dataModel?.model(user)
  if (!entity)
    throw new UserError(`No model of a user was found for ${run.label}.`, 'Write the first test by hand.')
  const variable = lowerFirst(entity.name)
  const shown = entity.fields
    .filter(({ name }) => /^(id|email|name|role)$/.test(name))
    .map(({ name }) => name)
  const fields = shown.map((name) => `${name}: party.${variable}.${name}`).join(', ')
  return {
    how: '`getServerSession` of next-auth, which the tests stand in for',
    imports: [{ package: 'next-auth', names: ['getServerSession'] }],
    setup: [],
    session: { of: `{ user: { ${fields} }, expires: '2099-01-01T00:00:00.000Z' }`, call: 'getServerSession' },
    wrong: [],
    models: [entity.name],
    fixed: new Map(),
  }
}
