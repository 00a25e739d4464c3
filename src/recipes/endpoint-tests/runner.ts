/** How the project's runner is spoken to. */
import { UserError } from '../../core/error.ts'
import type { Habits } from '../../project/habits/habits.ts'
import type { Wanted } from './credential.ts'
import { quoted } from './text.ts'

export interface Runner {
  name: 'vitest' | 'jest' | 'node:test'
  /** Of the words that a text uses. */
  imports(text: string): Wanted[]
  test(name: string, body: string, limit?: number): string
  /** A test that fails as long as a fault is there, and says so when it is gone. */
  failing(name: string, body: string): string
  group(name: string, body: string): string
  each: string
  after: string
  equal(actual: string, expected: string): string
  /** The object has these members. */
  contains(actual: string, part: string): string
  mock(module: string, factory: string): string
  mocked(name: string): string
}

/** The runner of the project, vitest where it has none. Throws a `UserError` for one that is not spoken. */
export function runnerOf({ tests }: Pick<Habits, 'tests'>): Runner {
  const runner = tests.runner ?? 'vitest'
  if (runner === 'bun:test')
    throw new UserError(
      'The project tests with Bun.',
      'This recipe writes tests for vitest, jest and node:test.',
    )
  const word = tests.runner ? tests.word : 'it'
  const groups = tests.describes || !tests.runner
  const isNode = runner === 'node:test'
  const global = runner === 'jest' ? !importsJest(tests) : tests.runner !== undefined && tests.globals
  const words = isNode
    ? ['after', 'beforeEach', 'describe', word]
    : ['afterAll', 'beforeEach', 'describe', 'expect', word]
  return {
    name: runner,
    imports(text) {
      const used = words.filter((one) => new RegExp(`\\b${one}(?:\\.\\w+)*\\(`).test(text))
      if (isNode)
        return [
          { package: 'node:assert/strict', names: ['default as assert'] },
          { package: 'node:test', names: used },
        ]
      const more = /\bvi\./.test(text) ? ['vi'] : []
      if (runner === 'vitest')
        return global && more.length === 0
          ? []
          : [{ package: 'vitest', names: [...(global ? [] : used), ...more] }]
      return global
        ? []
        : [{ package: '@jest/globals', names: [...used, ...(/\bjest\./.test(text) ? ['jest'] : [])] }]
    },
    test: (name, body, limit) =>
      `${word}(${named(name)}, async () => {\n${body.trim()}\n}${limit !== undefined && !isNode ? `, ${limit}` : ''})`,
    failing: (name, body) =>
      isNode
        ? `${word}(${named(name)}, { todo: 'a known fault' }, async () => {\n${body.trim()}\n})`
        : `${word}.${runner === 'jest' ? 'failing' : 'fails'}(${named(name)}, async () => {\n${body.trim()}\n})`,
    group: (name, body) => (groups ? `describe(${quoted(name)}, () => {\n${body}\n})` : body),
    each: 'beforeEach',
    after: isNode ? 'after' : 'afterAll',
    equal: (actual, expected) => {
      const one = /^(?:-?\d+|true|false|null|undefined)$/.test(expected)
      if (isNode) return `assert.${one ? 'equal' : 'deepEqual'}(${actual}, ${expected})`
      return expected === 'null'
        ? `expect(${actual}).toBeNull()`
        : `expect(${actual}).${one ? 'toBe' : 'toEqual'}(${expected})`
    },
    contains: (actual, part) =>
      isNode
        ? `assert.deepEqual({ ...${actual}, ...${part} }, ${actual})`
        : `expect(${actual}).toMatchObject(${part})`,
    mock: (module, factory) =>
      `${runner === 'jest' ? 'jest' : 'vi'}.mock(${quoted(module)}, () => (${factory}))`,
    mocked: (name) => `${runner === 'jest' ? 'jest' : 'vi'}.mocked(${name})`,
  }
}

const importsJest = ({ globals }: Habits['tests']): boolean => !globals

const named = (name: string): string => (/\$\{/.test(name) ? `\`${name}\`` : quoted(name))
