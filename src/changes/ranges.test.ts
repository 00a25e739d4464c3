import { expect, it } from 'vitest'
import { lowest, meet } from './ranges.ts'

it.each([
  ['^6.2.18', '^6.0.0', true],
  ['^6.2.18', '^5.9.0', false],
  ['^0.4.1', '^0.4.9', true],
  ['^0.4.1', '^0.5.0', false],
  ['^0.0.1', '0.0.1', true],
  ['^0.0.1', '0.0.2', false],
  ['~4.1.0', '4.2.0', false],
  ['~4', '4.9.9', true],
  ['4.x', '>=4.6 <5', true],
  ['4.6.7', '4.6.x', true],
  ['>=3 <4 || ^5', '^4.6.7', false],
  ['3.25.0 - 4', '^4.6.7', true],
  ['>= 4.0.0', '^4.6.7', true],
  ['>4', '^4.6.7', false],
  ['<=4.6', '4.6.7', true],
  ['<4.6', '^4.6.7', false],
  ['*', '^4.6.7', true],
  ['', '^4.6.7', true],
  ['^5.0.0-beta.25', '^5.0.0', true],
])('%s and %s meet: %s', (a, b, wanted) => {
  expect(meet(a, b)).toBe(wanted)
  expect(meet(b, a)).toBe(wanted)
})

it.each(['latest', 'workspace:*', 'catalog:', 'npm:other@^1.0.0', 'file:../a', 'github:a/b', '^1 nonsense'])(
  'knows that %s is no range',
  (range) => {
    expect(meet(range, '^1.0.0')).toBeUndefined()
    expect(lowest(range)).toBeUndefined()
  },
)

it.each([
  ['>=22.12 || ^20.19', [20, 19, 0]],
  ['v22.11.0', [22, 11, 0]],
  ['24', [24, 0, 0]],
  ['>20', [21, 0, 0]],
  ['<26', [0, 0, 0]],
])('%s begins with %j', (range, wanted) => expect(lowest(range)).toEqual(wanted))
