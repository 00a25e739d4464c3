import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUGS, type Bug } from '../../../../test/auth-reference/bugs.ts'
import { openRange, type Range } from '../../../../test/auth-reference/open.ts'
import { hashOf } from '../../../../test/auth-reference/passwords.ts'
import { authAttacks, runAttacks } from './index.ts'

let range: Range
beforeAll(async () => {
  range = await openRange()
}, 60_000)
afterAll(() => range?.close())

const names = Object.keys(BUGS) as Bug[]
const found: Record<string, readonly string[]> = BUGS

describe('attacks on sign-in endpoints', () => {
  it('are withstood by a server that does it right', async () => {
    const results = await range.under([], (target) => runAttacks(target))
    const others = results.filter(({ verdict }) => verdict !== 'withstood')
    expect(others.map(({ attack, verdict, why }) => `${attack.id}: ${verdict}: ${why}`)).toEqual([
      'enumeration-register: not applicable: Register says that an address is taken, by decision.',
    ])
    expect(results.length).toBe(authAttacks.length)
  }, 120_000)

  it('need nobody to register where rows can be made', async () => {
    const results = await range.under([], (target) => {
      const { register: _, ...endpoints } = target.contract.endpoints
      const hash = (password: string) => hashOf(() => false, password)
      const only = ['enumeration-answer', 'case-variants', 'logout-access', 'refresh-race', 'register-race']
      return runAttacks({ ...target, hash, contract: { ...target.contract, endpoints } }, { only })
    })
    expect(results.map(({ verdict }) => verdict)).toEqual([
      ...Array(2).fill('withstood'),
      'not applicable',
      ...Array(2).fill('withstood'),
    ])
  })

  it.each(names)(
    'find: %s',
    async (bug) => {
      const only = found[bug] ?? []
      const results = await range.under([bug], (target) => runAttacks(target, { only }))
      expect(
        results.map(({ attack, verdict }) => `${attack.id} ${verdict}`).sort(),
        results.map(({ why }) => why).join(),
      ).toEqual(only.map((id) => `${id} broken`).sort())
    },
    60_000,
  )

  it('each find a planted mistake, but those that have no mistake to find', () => {
    const used = new Set(Object.values(found).flat())
    expect(authAttacks.map(({ id }) => id).filter((id) => !used.has(id))).toEqual(['enumeration-register'])
  })

  it('have ids and requirements of their own', () => {
    expect(new Set(authAttacks.map(({ id }) => id)).size).toBe(authAttacks.length)
    for (const { requirements } of authAttacks)
      for (const one of requirements)
        expect(one).toMatch(/^(ASVS \d+\.\d+\.\d+|CWE-\d+|RFC \d{4}( \d+(\.\d+)*)?|CVE-\d+-\d+)$/)
  })
})
