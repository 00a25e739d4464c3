import { expect, it } from 'vitest'
import { wrap } from './wrap.ts'

it('breaks between words, with a hanging indent', () => {
  expect(wrap('one two three four', 9, { hang: 2 })).toEqual(['one two', '  three', '  four'])
  expect(wrap('', 9)).toEqual([''])
})

it('keeps a path whole where it fits, unless lines are to be filled', () => {
  const path = 'see src/app/api/route.ts for it'
  expect(wrap(path, 20)).toEqual(['see', 'src/app/api/route.ts', 'for it'])
  expect(wrap(path, 20, { breakPaths: true })).toEqual(['see src/app/api/', 'route.ts for it'])
})

it('keeps a place whole in any case where it fits', () => {
  const place = 'a, src/app/route.ts:12'
  expect(wrap(place, 19, { breakPaths: true })).toEqual(['a,', 'src/app/route.ts:12'])
  expect(wrap(place, 12, { breakPaths: true })).toEqual(['a, src/app/', 'route.ts:12'])
})

it('breaks what no line can hold: a name at its joints, else anywhere', () => {
  expect(wrap('OrganizationBilling', 14)).toEqual(['Organization', 'Billing'])
  expect(wrap('x'.repeat(10), 4)).toEqual(['xxxx', 'xxxx', 'xx'])
})

it('never exceeds the width', () => {
  const text =
    'POST /api/orgs/[orgId]/work-orders → workOrder.create (src/very/longFileNameIndeed.ts:12) 日本語'
  for (let width = 6; width < 100; width++) {
    for (const breakPaths of [true, false]) {
      const lines = wrap(text, width, { hang: 2, breakPaths })
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width)
      expect(lines.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
    }
  }
})
