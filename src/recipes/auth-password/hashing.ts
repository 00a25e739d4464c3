/** How passwords are hashed: as the project does it, so that people sign in with the passwords that they have. */
import { UserError } from '../../core/error.ts'
import type { Import } from '../../project/habits/habits.ts'
import type { AuthFacts, AuthInput } from './input.ts'

export type Hashing =
  | { kind: '@node-rs/argon2' | 'argon2' | 'bcrypt' | 'bcryptjs'; seen: boolean }
  | { kind: 'scrypt'; seen: false }
  /** Functions of the project. */
  | { kind: 'own'; hash: Import; verify: Import; storedFirst: boolean; seen: true }

export function hashingOf(facts: AuthFacts, { hash }: AuthInput): Hashing {
  const { habits } = facts
  const used = habits.user?.hashing?.value
  const own = used === 'scrypt' || used === 'pbkdf2'
  if (used && hash !== 'auto' && !used.includes(hash))
    throw new UserError(
      `Passwords of this project are hashed with ${used}: another hash would lock people out of one of the two logins.`,
      'Leave out --hash; or change the login that is there first.',
    )
  if (own) return { kind: 'own', ...functionsOf(facts), seen: true }
  if (used) return { kind: used, seen: true }
  const asked = habits.packages.asked
  if (hash === 'scrypt') return { kind: 'scrypt', seen: false }
  if (hash === 'bcrypt') return { kind: asked.bcrypt ? 'bcrypt' : 'bcryptjs', seen: false }
  return { kind: asked.argon2 ? 'argon2' : '@node-rs/argon2', seen: false }
}

/** `hashPassword` and `verifyPassword`, by what their file says: a hash is made from a password, and compared with one. */
function functionsOf({ habits, project }: AuthFacts): { hash: Import; verify: Import; storedFirst: boolean } {
  const file = habits.user?.hashing?.at?.file ?? ''
  const text = project.sourceText(file) ?? ''
  const names = [...text.matchAll(/export\s+(?:async\s+)?(?:function|const)\s+(\w+)/g)]
  const named = (pattern: RegExp) => names.map((one) => one[1] ?? '').find((name) => pattern.test(name))
  const hash = named(/^(hash|make|create|encrypt|derive)/i)
  const verify = named(/^(verify|compare|check|matches|is)/i)
  if (!hash || !verify)
    throw new UserError(
      `${file} hashes passwords in its own way, and exports no function for it.`,
      'Export hashPassword(password) and verifyPassword(password, stored) from it, and run the command again.',
    )
  const storedFirst = new RegExp(`\\b${verify}\\b[^(]*\\(\\s*\\w*(hash|stored|digest)`, 'i').test(text)
  return { hash: { file, name: hash }, verify: { file, name: verify }, storedFirst }
}
