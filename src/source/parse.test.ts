import { expect, test } from 'vitest'
import { NESTED, parseCode } from './parse.ts'
import { readSyntax } from './read-syntax.ts'

const nested = (open: string, inner: string, close: string, depth: number): string =>
  `export const x = ${open.repeat(depth)}${inner}${close.repeat(depth)}\n`

test('what would overflow the stack of the parser is not given to it', () => {
  for (const text of [
    nested('(', '1', ')', 30_000),
    nested('[', '1', ']', 30_000),
    nested('() => ', '1', '', 30_000).replaceAll('() => ', '() => {') + '}'.repeat(30_000),
    nested('a + ', 'a', '', 100_000),
    nested('!', 'a', '', 100_000),
    nested('() => ', '1', '', 30_000),
    nested('await ', '1', '', 100_000),
    nested('a ? b : ', 'c', '', 30_000),
    `export function f(a) { ${'if (a) { a() } else '.repeat(100_000)} a() }\n`,
    `export type X = ${'Array<'.repeat(30_000)}string${'>'.repeat(30_000)}\n`,
    `export const x = ${'<a>'.repeat(30_000)}${'</a>'.repeat(30_000)}\n`,
  ]) {
    const { program, errors } = parseCode('a.tsx', text)
    expect([program, errors.map(({ message }) => message)]).toEqual([undefined, [NESTED]])
  }
})

test('brackets and operators in texts and comments, in many short statements, and in long lists are no nesting', () => {
  for (const text of [
    `export const x = '${'('.repeat(1000)}'\n`,
    `export const x = 1 // ${'{'.repeat(1000)}\n`,
    `/* ${'['.repeat(1000)} */ export const x = 1\n`,
    `${'a.b.c()\n'.repeat(20_000)}`,
    `export const x = [${'a + b,'.repeat(20_000)}]\n`,
    `export const x = <a>${'<b>it’s</b>\n'.repeat(6000)}</a>\n`,
    `${'export const f = <T,>(a: Array<T>) => a as Map<string, T>\n'.repeat(6000)}`,
  ])
    expect(parseCode('a.tsx', text).errors).toEqual([])
})

test('an expression that is too deep for those who read it is left out, and that is said', () => {
  const syntax = readSyntax(
    'a.ts',
    `export const before = 1\n${nested('a + ', 'a', '', 2000)}export const after = 2\n`,
  )
  expect(syntax.exports.map(({ name }) => name)).toEqual(['before', 'x', 'after'])
  expect(syntax.errors).toEqual([{ line: 2, message: NESTED }])
})
