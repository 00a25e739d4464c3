import type { Question, Recipe } from '../../core/recipe.ts'
import type { LiveBench } from '../../proof/live-bench.ts'
import { type AuthFacts, type AuthInput, authInput } from './input.ts'
import { plan } from './plan.ts'
import { plantCheck } from './plant.ts'
import { prove } from './prove.ts'
import { questions } from './questions.ts'
import { scaffold } from './scaffold.ts'

export { contract } from './contract.ts'
export type { AuthFacts, AuthInput } from './input.ts'
export { authInput } from './input.ts'

export const authPassword: Recipe<AuthInput, AuthFacts, LiveBench> = {
  id: 'auth-password',
  version: 2,
  summary: 'Register, login with a JWT, refresh, logout and me, for the users that are there',
  input: authInput,
  questions: (facts, input): Question[] => questions(facts, input),
  plan,
  scaffold,
  prove,
  plant: plantCheck,
}
