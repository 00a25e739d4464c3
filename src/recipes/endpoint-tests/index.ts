import type { Recipe } from '../../core/recipe.ts'
import type { LiveBench } from '../../proof/live-bench.ts'
import { complete } from './complete.ts'
import { endpointIn } from './endpoints.ts'
import { type TestsFacts, type TestsInput, testsInput } from './input.ts'
import { check } from './mutants.ts'
import { plan } from './plan.ts'

export const endpointTests: Recipe<TestsInput, TestsFacts, LiveBench> = {
  id: 'endpoint-tests',
  version: 1,
  summary: 'Tests for an endpoint that is there, which notice when a guard, a condition or a check is gone',
  input: testsInput,
  subject: ({ endpoint }) => endpoint ?? '',
  inputsIn(_, text) {
    const endpoint = endpointIn(text)
    return endpoint === undefined ? {} : { endpoint }
  },
  questions: () => [],
  plan,
  complete,
  check,
}
