import { expect, test } from 'vitest'
import { isRecord, readJsonc } from './config.ts'

test('reads comments and trailing commas', () => {
  const { value, errors } = readJsonc('// top\n{ "a": [1, 2,], /* in */ "b": "x//y", }')
  expect(value).toEqual({ a: [1, 2], b: 'x//y' })
  expect(errors).toEqual([])
})

test('keeps what can be read of a broken text and says where it breaks', () => {
  const { value, errors } = readJsonc('{\n  "a": 1,\n  "b" 2\n}')
  expect(value).toMatchObject({ a: 1 })
  expect(errors[0]).toBe('ColonExpected (line 3)')
})

test('what is nested without end is not read, and that is said', () => {
  const { value, errors } = readJsonc('{"a":'.repeat(100_000))
  expect([value, errors.length]).toEqual([undefined, 1])
})

test('an empty text has no value', () => {
  expect(readJsonc('').value).toBeUndefined()
})

test('lists and null are no records', () => {
  expect([{}, [], null, 'a'].map(isRecord)).toEqual([true, false, false, false])
})
