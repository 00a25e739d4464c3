/** How passwords are hashed: as the project does it, so that people sign in with the passwords that they have. */
import { UserError } from '../../core/error.ts'
import type { Import } from '../../project/habits/habits.ts'
import type { AuthFacts, AuthInput } from './input.ts'

export type Hashing =
  | { kind: '@node-rs/argon2' | 'argon2' | 'bcrypt' | 'bcryptjs'; seen: boolean }
  | { kind: 'scrypt'; seen: false }
  /** Functions of the project. */
  | {
      kind: 'own'
      hash: Import
      verify: Import
      storedFirst: boolean
      normalizes: boolean
      /** They compute on the thread that answers requests. */
      blocks: boolean
      seen: true
    }

/** Whether nobody is answered while a password is hashed. */
export const blocks = (hashing: Hashing): boolean =>
  hashing.kind === 'bcryptjs' || (hashing.kind === 'own' && hashing.blocks)

export function hashingOf(facts: AuthFacts, { hash }: AuthInput, field: string): Hashing {
  const { habits } = facts
  const known = habits.user?.hashing
  const own =
    known?.value === 'scrypt' || known?.value === 'pbkdf2'
      ? functionsOf(facts, known.at?.file ?? '')
      : known
        ? undefined
        : byUse(facts, field)
  const used = known?.value ?? (own && 'the functions of the project')
  if (used && hash !== 'auto' && (own || !used.includes(hash)))
    throw new UserError(
      `Passwords of this project are hashed with ${used}: another hash would lock people out of one of the two logins.`,
      'Leave out `--set hash`, or change the login that is there first.',
    )
  if (own) return { kind: 'own', ...own, seen: true }
  if (known && known.value !== 'scrypt' && known.value !== 'pbkdf2') return { kind: known.value, seen: true }
  const { asked } = habits.packages
  const there = packages.find((name) => asked[name] !== undefined)
  // Nobody has a hashing package for nothing: hashes that are stored were made with it.
  if (there && (hash === 'auto' || there.includes(hash))) return { kind: there, seen: isStored(facts, field) }
  if (hash === 'scrypt') return { kind: 'scrypt', seen: false }
  if (hash === 'bcrypt') return { kind: asked.bcrypt ? 'bcrypt' : 'bcryptjs', seen: false }
  return { kind: asked.argon2 ? 'argon2' : '@node-rs/argon2', seen: false }
}

const packages = ['@node-rs/argon2', 'argon2', 'bcrypt', 'bcryptjs'] as const

const isStored = ({ project }: AuthFacts, field: string): boolean =>
  project.dataModels.some(({ models }) => models.some((one) => one.fields.some(({ name }) => name === field)))

type Functions = Pick<
  Extract<Hashing, { kind: 'own' }>,
  'hash' | 'verify' | 'storedFirst' | 'normalizes' | 'blocks'
>

/** The function whose result is stored in the field: `secretHash: await hashSecret(secret)`. */
function byUse(facts: AuthFacts, field: string): Functions | undefined {
  const { project } = facts
  const use = new RegExp(`\\b${field}\\s*[:=]\\s*(?:await\\s+)?(\\w+)\\(`)
  const name = project.code.map((file) => use.exec(project.sourceText(file) ?? '')?.[1]).find((one) => one)
  const made = name && new RegExp(`export\\s+(?:async\\s+)?(?:function|const)\\s+${name}\\b`)
  const file = made && project.code.find((one) => made.test(project.sourceText(one) ?? ''))
  return file ? functionsOf(facts, file) : undefined
}

/** `hashPassword` and `verifyPassword`, by their names: a hash is made of a password, and compared with one. */
function functionsOf({ project }: AuthFacts, file: string): Functions {
  const text = project.sourceText(file) ?? ''
  const names = [...text.matchAll(/export\s+(?:async\s+)?(?:function|const)\s+(\w+)/g)].map(
    (one) => one[1] ?? '',
  )
  const hash = names.find((name) => /^(hash|make|create|encrypt|derive)/i.test(name))
  const verify = names.find((name) => /^(verify|compare|check|matches|is)/i.test(name))
  if (!hash || !verify)
    throw new UserError(
      `${file} hashes passwords in its own way, and exports no function for it.`,
      'Export hashPassword(password) and verifyPassword(password, stored) from it, and run the command again.',
    )
  const storedFirst = new RegExp(`\\b${verify}\\b[^(]*\\(\\s*\\w*(hash|stored|digest)`, 'i').test(text)
  return {
    hash: { file, name: hash },
    verify: { file, name: verify },
    storedFirst,
    normalizes: text.includes('.normalize('),
    blocks: /['"]bcryptjs['"]|\b(?:scrypt|pbkdf2|hash|compare|verify)Sync\(/.test(text),
  }
}
