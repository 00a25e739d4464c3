import type { NewFile } from '../../../core/change.ts'
import { commonPasswords } from '../common-passwords.ts'
import { property } from '../naming.ts'
import { fromFile, fromPackage, written } from '../source.ts'
import type { Target } from '../target.ts'

const WIDTH = 90

export function passwordPolicy(t: Target): NewFile {
  const listed = commonPasswords.map(bare).filter((one) => one.length >= t.minimumLength - 2)
  const why =
    t.minimumLength >= 15 ? 'Long, because the password is the only factor.' : 'As it was asked for.'
  const bytes = isBcrypt(t)
    ? '// bcrypt reads no more than this; a password is not cut without being told.\nexport const MAX_BYTES = 72\n'
    : ''
  return written(
    t.habits,
    t.part['password-policy'],
    [],
    `
/** In characters as people count them. ${why} */
export const MIN_LENGTH = ${t.minimumLength}
export const MAX_LENGTH = 256
${bytes}
// Common passwords that are long enough. Shorter ones do not get this far.
const COMMON = new Set(
  \`
${rows(listed)
  .map((row) => `    ${row}`)
  .join('\n')}
  \`.trim().split(/\\s+/),
)

/** Why a password may not be chosen, or nothing. \`context\`: what an attacker tries first for this account. */
export function objectionTo(password: string, context: string[]): string | undefined {
  const text = bare(password)
  if (COMMON.has(text)) return 'This password is one of the most common'
  if (isRun(text) || new Set(password).size < 5) return 'This password is a simple sequence'
  const rest = without(text, context.map(bare))
  return rest !== text && rest.length < 6 ? 'This password is made of your own details' : undefined
}

/** As guessers see it: case, spaces and punctuation add little. */
function bare(text: string): string {
  return text.toLowerCase().replace(/[^\\p{Letter}\\p{Number}]/gu, '')
}

/** \`1234567890123\`, \`abcdefgh…\`, \`password1password1\`. */
function isRun(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] ?? 0)))
  return (codes.length > 4 && steps.size <= 2) || /^(.{1,12})\\1+.{0,2}$/u.test(text)
}

function without(text: string, words: string[]): string {
  return words.filter((word) => word.length >= 3).reduce((rest, word) => rest.replaceAll(word, ''), text)
}`,
  )
}

/** Fields of forms are texts. */
export const givesTexts = ({ choice }: Target): boolean =>
  choice.surface.kind === 'actions' && choice.surface.style.given !== 'object'

const isBcrypt = ({ hashing }: Target): boolean => hashing.kind === 'bcrypt' || hashing.kind === 'bcryptjs'

const bare = (text: string): string => text.toLowerCase().replace(/[^\p{Letter}\p{Number}]/gu, '')

function rows(words: string[]): string[] {
  const made: string[] = []
  for (const word of words) {
    const last = made.at(-1)
    if (last !== undefined && last.length + word.length < WIDTH) made[made.length - 1] = `${last} ${word}`
    else made.push(word)
  }
  return made
}

export function schemas(t: Target): NewFile {
  const { email, filled } = t.user
  const old = (t.habits.validation.value.major ?? 4) < 4
  const name = t.user.identifier === 'name'
  const identifier = name
    ? "z.string().trim().min(1).max(254).refine(isText, 'Contains a character that is not allowed')"
    : old
      ? 'z.string().trim().toLowerCase().max(254).email()'
      : 'z.string().trim().toLowerCase().max(254).pipe(z.email())'
  const called = name ? 'username' : 'address'
  const inForm = t.choice.surface.kind === 'actions'
  const kinds = {
    String: "z.string().trim().min(1).max(120).refine(isText, 'Contains a character that is not allowed')",
    Int: givesTexts(t)
      ? 'z.string().regex(/^-?\\d{1,9}$/).transform(Number)'
      : 'z.number().int().min(-2_147_483_648).max(2_147_483_647)',
    DateTime: 'z.coerce.date()',
  }
  const spelling = normalizes(t)
    ? `
// The same password typed on two keyboards can arrive in two spellings of Unicode. Nothing else is changed.
`
    : `
// As it was typed: the hashes that are stored were made of just that.
`
  const size = isBcrypt(t)
    ? `\n    .refine((text) => Buffer.byteLength(text) <= MAX_BYTES, \`Use at most \${MAX_BYTES} bytes\`)`
    : ''
  const registration = `

const lengthOf = (text: string) => [...text].length

export const registerSchema = z.object({
  ${property(email, called)},
${filled.map(({ name, type }) => `  ${name}: ${kinds[type]},`).join('\n')}
  password: password
    .refine((text) => lengthOf(text) >= MIN_LENGTH, \`Use at least \${MIN_LENGTH} characters\`)
    .refine((text) => lengthOf(text) <= MAX_LENGTH, \`Use at most \${MAX_LENGTH} characters\`)${size},
})`
  const limits = t.register
    ? ['MAX_LENGTH', 'MIN_LENGTH', ...(isBcrypt(t) ? ['MAX_BYTES'] : [])]
    : ['MAX_LENGTH']
  return written(
    t.habits,
    t.part.schemas,
    [fromPackage('zod', 'z'), fromFile(t.part['password-policy'], ...limits)],
    `
// PostgreSQL stores no NUL in a text; half of a surrogate pair would be hashed like any other half.${inForm ? '\n// A form carries U+FFFD in its place.' : ''}
const isText = (text: string) => !text.includes('\\u0000') && !/${inForm ? '[\\p{Cs}\\uFFFD]' : '\\p{Cs}'}/u.test(text)

const ${called} = ${identifier}
${spelling}const password = z
  .string()
  .max(4 * MAX_LENGTH)
  .refine(isText, 'Contains a character that is not allowed')${normalizes(t) ? "\n  .transform((text) => text.normalize('NFKC'))" : ''}

export const loginSchema = z.object({ ${property(email, called)}, password })${t.register ? registration : ''}
${t.refreshIn === 'body' ? '\nexport const refreshSchema = z.object({ refreshToken: z.string().max(200) })\n' : ''}
export type Credentials = z.infer<typeof loginSchema>
${t.register ? 'export type Registration = z.infer<typeof registerSchema>' : ''}`,
    false,
  )
}

/** Not where hashes are there already: their passwords were hashed as typed. */
export const normalizes = ({ hashing }: Target): boolean =>
  !hashing.seen || (hashing.kind === 'own' && hashing.normalizes)
