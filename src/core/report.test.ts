import { expect, it } from 'vitest'
import { type AttackResult, objections } from './report.ts'

const attack = (verdict: AttackResult['verdict']): AttackResult => ({
  id: verdict,
  title: verdict,
  requirements: [],
  verdict,
  why: 'So it was.',
  evidence: [],
  ms: 1,
})

it('attacks that could none of them be tried speak against a change, as do broken and inconclusive ones', () => {
  expect(objections({})).toEqual([])
  expect(objections({ attacks: [attack('withstood'), attack('not applicable')] })).toEqual([])
  expect(objections({ attacks: [attack('not applicable')] })).toHaveLength(1)
  expect(
    objections({ attacks: [attack('withstood'), attack('broken'), attack('inconclusive')] }),
  ).toHaveLength(2)
})
