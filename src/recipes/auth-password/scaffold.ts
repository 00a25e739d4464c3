import { randomBytes } from 'node:crypto'
import type { Scaffold } from '../../core/recipe.ts'
import type { AuthFacts, AuthInput } from './input.ts'
import { fromFile, written } from './source.ts'
import { targetOf } from './target.ts'

/** Of a request to the copy: it may have a password hashed. */
export const KEY_HEADER = 'x-backend-engineer-key'
export const KEY_VARIABLE = 'BACKEND_ENGINEER_HASH_KEY'
export const HASH_FOLDER = 'backend-engineer-hash'

/** An endpoint that hashes a password as the new code does: users are made so where nobody can register. */
export function scaffold(facts: AuthFacts, input: AuthInput): Scaffold {
  const target = targetOf(facts, input)
  const { habits } = target
  const file = `${habits.app.routes}/${HASH_FOLDER}/route.ts`
  const route = written(
    habits,
    file,
    [fromFile(target.part.passwords, 'hashPassword')],
    `
export async function POST(request: Request): Promise<Response> {
  const key = process.env.${KEY_VARIABLE}
  if (!key || request.headers.get('${KEY_HEADER}') !== key) return new Response(null, { status: 404 })
  return new Response(await hashPassword(await request.text()))
}`,
    false,
  )
  return {
    files: [route],
    env: { TRUSTED_PROXIES: '1', [KEY_VARIABLE]: randomBytes(24).toString('hex') },
  }
}
