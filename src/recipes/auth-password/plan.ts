/** The recipe's plan: all that it would add to a project, and why so. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { addToExample } from '../../changes/environment-example.ts'
import { formatted } from '../../changes/format.ts'
import { addToManifest } from '../../changes/manifest.ts'
import { rangeFor } from '../../changes/versions.ts'
import type { Edit, NewFile } from '../../core/change.ts'
import type { Package, Plan } from '../../core/recipe.ts'
import { migrationFor } from '../../database/migration.ts'
import { migrationsIn } from '../../database/migrations-in.ts'
import type { CodeStyle } from '../../project/habits/habits.ts'
import { decisionsOf } from './decisions.ts'
import { docs } from './docs.ts'
import { missingCodes } from './failures.ts'
import type { AuthFacts, AuthInput } from './input.ts'
import { present } from './present.ts'
import { cacheRule } from './response-headers.ts'
import { capitals, schemaEdits } from './schema.ts'
import { choiceOf } from './surfaces/choose.ts'
import { habitsOf } from './surfaces/habits-of.ts'
import { endpointsOf, surfaceEdits } from './surfaces/plan.ts'
import { libraryOf, type Target, targetOf } from './target.ts'
import { codeOf } from './templates/index.ts'
import { testsOf } from './templates/tests.ts'

/** Throws a UserError when the project cannot take it. An empty change where the recipe was applied before. */
export async function plan(facts: AuthFacts, input: AuthInput): Promise<Plan> {
  const there = present(habitsOf(facts, choiceOf(facts, input).surface))
  if (there) return there
  const target = targetOf(facts, input)
  const { habits } = target
  const read = (file: string): string | undefined => textOf(habits.root, file)
  const tests = testsOf(target, read)
  const generated = await Promise.all(
    [...codeOf(target), ...tests.files].map(async ({ file, text }) => ({
      file,
      text: await formatted(text, file, habits.code),
    })),
  )
  const schema = await schemaOf(target, facts.stamp, read)
  const variables = variablesOf()
  const example = addToExample(
    habits.exampleFile ?? '.env.example',
    read(habits.exampleFile ?? '.env.example'),
    variables.map(({ name, why, value }) => ({ name, why, value })),
  )
  const { manifest } = habits.packages
  const packages = [...packagesOf(target), ...tests.packages]
  const packaged = addToManifest(manifest, read(manifest) ?? '{}', { packages, scripts: tests.scripts })
  const documentation = docs(target)
  const creates = [
    ...generated,
    ...schema.creates,
    ...example.creates,
    { file: documentation.file, text: await formatted(documentation.text, documentation.file, habits.code) },
  ]
  const caching = target.choice.surface.kind === 'routes' ? await cacheRule(target, read) : []
  const calls = endpointsOf(target)
  const { manager } = habits.packages
  return {
    change: {
      title: 'Sign in with a password',
      reason: `${calls.join(', ')}: access tokens that expire, refresh tokens that work once.`,
      safety: 'review',
      edits: [
        ...schema.edits,
        ...example.edits,
        ...packaged.edits,
        ...(await codesOf(target, read)),
        ...(await transpiled(target, read)),
        ...caching,
        ...surfaceEdits(target, read),
      ],
      creates,
      notes: [
        ...schema.notes,
        ...caching.map(
          ({ file }) =>
            `${file} sets Cache-Control for other paths as well: the rule for /${target.path} keeps tokens out of caches.`,
        ),
        ...packaged.kept.map(({ name, section, present: version, wanted, why }) =>
          why === 'development'
            ? `${name} stands in ${section}: move it to dependencies, or it is missing in production.`
            : `${name} stays at ${version}, though this was written for ${wanted}.`,
        ),
      ],
    },
    decisions: decisionsOf(target),
    packages: packaged.added,
    home: target.home,
    endpoints: calls,
    variables: variables.map(({ name, why, secret }) => ({ name, why, secret })),
    next: [
      ...(packaged.added.length > 0
        ? [{ command: `${manager} install`, why: 'installs what the code needs' }]
        : []),
      schema.name
        ? { command: 'npx prisma migrate deploy', why: 'makes the tables' }
        : { command: 'npx prisma db push', why: 'makes the tables: the project has no migrations' },
      { command: 'npx prisma generate', why: 'the client learns the new models' },
      { command: 'openssl rand -base64 48', why: 'a value for ACCESS_TOKEN_SECRET' },
    ],
    proposals: proposalsOf(target),
  }
}

function textOf(root: string, file: string): string | undefined {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, 'utf8').replace(/^\uFEFF/, '') : undefined
}

interface SchemaPlan {
  edits: Edit[]
  creates: NewFile[]
  notes: string[]
  name?: string
}

async function schemaOf(
  target: Target,
  stamp: string,
  read: (file: string) => string | undefined,
): Promise<SchemaPlan> {
  const { schema, root } = target.habits
  const files = (schema?.files ?? []).map((file) => ({ file, text: read(file) ?? '' }))
  const { edits, creates } = schemaEdits(target, files)
  const after = [
    ...files.map(({ file, text }) => ({
      path: file,
      content: edited(
        text,
        edits.filter((one) => one.file === file),
      ),
    })),
    ...creates.map(({ file, text }) => ({ path: file, content: text })),
  ]
  const folder = schema?.migrations
  const lock = folder === undefined ? undefined : read(`${folder}/migration_lock.toml`)
  const migration = await migrationFor({
    before: files.map(({ file, text }) => ({ path: file, content: text })),
    after,
    ...(folder !== undefined && { folder }),
    migrations: migrationsIn(root, folder),
    ...(lock !== undefined && { lock }),
    name: 'add login sessions',
    stamp,
  })
  return {
    edits,
    creates: [...creates, ...migration.creates],
    notes: [...migration.notes, ...capitals(target, files)],
    ...(migration.name !== undefined && { name: migration.name }),
  }
}

function edited(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.from - a.from)
    .reduce((rest, { from, to, text: put }) => rest.slice(0, from) + put + rest.slice(to), text)
}

/** Codes of errors that the type of the project does not know yet. The file stays formatted where it was. */
async function codesOf(target: Target, read: (file: string) => string | undefined): Promise<Edit[]> {
  const { union } = target.error
  const missing = missingCodes(target.error)
  const text = union && read(union.file)
  if (!union || !text || missing.length === 0) return []
  const { code } = target.habits
  const more = missing.map((one) => ` | '${one}'`).join('')
  const next = text.slice(0, union.end) + more + text.slice(union.end)
  return [await neatEdit(union.file, text, next, code)]
}

/** From one text to the other, formatted where the file was. */
async function neatEdit(file: string, text: string, next: string, code: CodeStyle): Promise<Edit> {
  const neat = (await formatted(text, file, code)) === text ? await formatted(next, file, code) : next
  let from = 0
  while (text[from] === neat[from]) from++
  let [to, end] = [text.length, neat.length]
  while (to > from && end > from && text[to - 1] === neat[end - 1]) [to, end] = [to - 1, end - 1]
  return { file, from, to, text: neat.slice(from, end) }
}

/** jose is written in modules; jest runs CommonJS, and learns from Next.js what to translate. */
async function transpiled(target: Target, read: (file: string) => string | undefined): Promise<Edit[]> {
  const { tests, app, code } = target.habits
  if (tests.runner !== 'jest' || target.habits.packages.asked.jose) return []
  const home = app.folder === '.' ? '' : `${app.folder}/`
  const file = ['ts', 'mjs', 'js'].map((ending) => `${home}next.config.${ending}`).find((one) => read(one))
  const text = file && read(file)
  const start = text
    ? /^(?:const \w+(?:: NextConfig)? = |export default |module\.exports = )\{/m.exec(text)
    : undefined
  if (!file || !text || !start || text.includes('transpilePackages')) return []
  const at = start.index + start[0].length
  const next = `${text.slice(0, at)}\n  transpilePackages: ['jose'],${text.slice(at)}`
  return [await neatEdit(file, text, next, code)]
}

function packagesOf({ hashing, habits }: Target): Package[] {
  const wanted = [
    { name: 'jose', why: 'signs and verifies the access tokens' },
    ...(hashing.kind === 'own' || hashing.kind === 'scrypt'
      ? []
      : [{ name: hashing.kind, why: 'hashes the passwords' }]),
    { name: 'zod', why: 'checks what comes in' },
  ]
  return wanted.map((one) => ({ ...one, range: rangeFor(one.name, habits), dev: false }))
}

const variablesOf = () => [
  {
    name: 'ACCESS_TOKEN_SECRET',
    why: 'Signs the access tokens: at least 32 random characters, `openssl rand -base64 48`.',
    value: '',
    secret: true,
  },
  {
    name: 'ACCESS_TOKEN_SECRET_PREVIOUS',
    why: 'The one before, for as long as tokens that it signed are in use.',
    value: '',
    secret: true,
  },
  {
    name: 'TRUSTED_PROXIES',
    why: "How many proxies stand in front of the app: 1 on Vercel or behind one load balancer. With 0 nobody's address is known,\nand guesses are counted for each account alone.",
    value: '0',
    secret: false,
  },
]

function proposalsOf(target: Target): string[] {
  return [
    ...(target.register
      ? [
          'Registration says that an email is taken. Without a confirmation by mail there is no way to sign up that does not.',
        ]
      : []),
    'Compare new passwords with those of known breaches (Have I Been Pwned, by prefix of the hash): the list here is short.',
    ...besides(target),
    ...(target.user.hash.added
      ? ['A first password for the users that are there: an endpoint where whoever is signed in sets one.']
      : []),
    'A password that was forgotten: a link by mail, good once and for half an hour.',
    ...(target.refreshIn === 'cookie' && target.choice.surface.kind !== 'actions'
      ? [
          'For a browser alone, a session cookie without a JWT is simpler. The JWT pays when other programs call the API.',
        ]
      : []),
  ]
}

/** What the library that signs people in already would do by itself. */
function besides({ habits, user }: Target): string[] {
  const library = libraryOf(habits)?.value
  if (library === 'better-auth')
    return [
      `better-auth has plugins for programs that call an API (\`bearer\`, \`jwt\`): with them, the passwords that people have there keep working. These endpoints know those in ${user.model}.${user.hash.name} alone.`,
    ]
  if (library === 'next-auth' || library === '@auth/core')
    return [
      `A Credentials provider of ${library} that calls \`verifyPassword\` would take the same passwords on its pages.`,
    ]
  return []
}
