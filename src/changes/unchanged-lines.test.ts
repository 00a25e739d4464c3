import { expect, it } from 'vitest'
import { unchangedLines } from './unchanged-lines.ts'

const lines = (before: string, after: string): Record<number, number> =>
  Object.fromEntries(unchangedLines(before.split(' ').join('\n'), after.split(' ').join('\n')))

it.each([
  ['a b c', 'a b c', { 1: 1, 2: 2, 3: 3 }],
  ['a b c', 'x y a b c', { 3: 1, 4: 2, 5: 3 }],
  ['a b c d', 'a d', { 1: 1, 2: 4 }],
  ['a b c d', 'a x c d y', { 1: 1, 3: 3, 4: 4 }],
  ['', 'a b', {}],
  ['a b', 'x y', {}],
  ['a b c d e', 'b c x y e f', { 1: 2, 2: 3, 5: 5 }],
])('%s → %s', (before, after, same) => {
  const found = lines(before, after)
  expect(found).toEqual(expect.objectContaining(same))
  for (const [now, old] of Object.entries(found))
    expect(after.split(' ')[Number(now) - 1]).toBe(before.split(' ')[old - 1])
})
