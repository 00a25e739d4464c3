import { describe, expect, it } from 'vitest'
import { patternOf, splitArgs, testCommandOf } from './test-command.ts'

describe('the command of a test script', () => {
  it.each([
    ['vitest', 'vitest', 'vitest', [], {}],
    ['vitest run --coverage --config vitest.unit.ts', 'vitest', 'vitest', ['--config', 'vitest.unit.ts'], {}],
    ['NODE_ENV=test jest --watch', 'jest', 'jest', [], { NODE_ENV: 'test' }],
    [
      'cross-env TZ=UTC npx jest -c "jest config.js"',
      'jest',
      'jest',
      ['-c', 'jest config.js'],
      { TZ: 'UTC' },
    ],
    ['dotenv -e .env.test -- vitest run', 'vitest', 'vitest', [], {}],
    ['eslint . && vitest run', 'vitest', 'vitest', [], {}],
    ['node --test', 'node:test', 'node', ['--test'], {}],
    [
      "node --import tsx --test 'tests/**/*.test.ts'",
      'node:test',
      'node',
      ['--import', 'tsx', '--test', 'tests/**/*.test.ts'],
      {},
    ],
    ['tsx --test src/a.test.ts', 'node:test', 'tsx', ['--test', 'src/a.test.ts'], {}],
    [
      "find src -path '*/__tests__/*' -name '*.test.ts' -exec node --import tsx --test {} +",
      'node:test',
      'node',
      ['--import', 'tsx', '--test', 'src/**/*.test.ts'],
      {},
    ],
    ['./node_modules/.bin/vitest', 'vitest', 'vitest', [], {}],
  ])('%s', (script, runner, program, args, env) => {
    expect(testCommandOf(script)).toEqual({ runner, program, args, env })
  })

  it.each(['playwright test', 'node scripts/test.js', 'turbo run test', 'echo vitest'])(
    '%s: none',
    (script) => {
      expect(testCommandOf(script)).toBeUndefined()
    },
  )

  it('tells options from patterns', () => {
    expect(splitArgs(['--import', 'tsx', '--test', '--test-reporter=dot', 'a.test.ts', 'b/'])).toEqual({
      options: ['--import', 'tsx', '--test', '--test-reporter=dot'],
      patterns: ['a.test.ts', 'b/'],
    })
  })

  it('reads patterns as a shell does', () => {
    const matching = (glob: string) =>
      ['tests/a.test.ts', 'tests/deep/b.test.ts', 'tests/a.test.tsx', 'a.test.ts'].filter((file) =>
        patternOf(glob).test(file),
      )
    expect(matching('tests/*.test.ts')).toEqual(['tests/a.test.ts'])
    expect(matching('./tests/**/*.test.ts')).toEqual(['tests/a.test.ts', 'tests/deep/b.test.ts'])
    expect(matching('**/*.test.{ts,tsx}')).toHaveLength(4)
  })
})
