import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Operation } from '../core/operation.ts'
import { flagsOf, globalFlags, helpText, parseFlags } from './flags.ts'

const input = z.object({
  id: z.string().describe('What'),
  only: z.array(z.string()).default([]).describe('Only these'),
  failOn: z.enum(['error', 'never']).default('error').describe('Fail on'),
  limit: z.number().optional().describe('How many'),
  updateBaseline: z.boolean().default(false).describe('Accept'),
})

const flags = flagsOf(input, ['id'])

function failure(argv: string[]): UserError {
  try {
    parseFlags(argv, flags)
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('This command line should not be understood.')
}

describe('flagsOf', () => {
  it('derives names, kinds, choices and help from the schema', () => {
    expect(flags).toEqual([
      { key: 'only', name: 'only', kind: 'string', multiple: true, help: 'Only these' },
      {
        key: 'failOn',
        name: 'fail-on',
        kind: 'string',
        multiple: false,
        choices: ['error', 'never'],
        help: 'Fail on',
      },
      { key: 'limit', name: 'limit', kind: 'number', multiple: false, help: 'How many' },
      { key: 'updateBaseline', name: 'update-baseline', kind: 'boolean', multiple: false, help: 'Accept' },
    ])
  })
})

describe('parseFlags', () => {
  it('reads values by key, arrays repeated or with commas, positionals anywhere', () => {
    const { positionals, values } = parseFlags(
      ['--only', 'a,b', 'review', '--only=c', '--limit', '3', '--update-baseline', 'dir'],
      flags,
    )
    expect(positionals).toEqual(['review', 'dir'])
    expect(Object.fromEntries(values)).toEqual({ only: ['a', 'b', 'c'], limit: 3, updateBaseline: true })
  })

  it('leaves out what was not written', () => {
    expect(parseFlags([], flags).values.size).toBe(0)
  })

  it('knows short names and the flags that begin with no', () => {
    const { values } = parseFlags(['-h', '--no-cache', '--no-color', '-o', 'x'], globalFlags)
    expect(Object.fromEntries(values)).toEqual({ help: true, noCache: true, noColor: true, output: 'x' })
  })

  it('suggests the flag that was meant', () => {
    expect(failure(['--fail-onn', 'error']).message).toBe('There is no flag --fail-onn here.')
    expect(failure(['--fail-onn', 'error']).remedy).toBe('Did you mean --fail-on?')
    expect(failure(['--zzzzzzzz']).remedy).toContain('--help')
    expect(failure(['-z']).message).toBe('There is no flag -z here.')
  })

  it('suggests the value that was meant', () => {
    expect(failure(['--fail-on', 'eror']).message).toBe('--fail-on does not know "eror".')
    expect(failure(['--fail-on', 'eror']).remedy).toContain('Did you mean "error"?')
  })

  it('refuses a missing value, a value for a switch, and a number that is none', () => {
    expect(failure(['--fail-on']).message).toContain('--fail-on')
    expect(failure(['--update-baseline=yes']).message).toContain('--update-baseline')
    expect(failure(['--limit', 'many']).message).toBe('--limit many is not a number.')
  })
})

describe('helpText', () => {
  const operation: Operation<z.infer<typeof input>> = {
    name: 'look',
    summary: 'Looks.',
    description: 'Looks at it.',
    effects: 'reads',
    input,
    positional: ['id'],
    run: () => Promise.reject(new Error('not run here')),
  }

  it('lists operations, or the flags of one', () => {
    expect(helpText([operation])).toContain('  look  Looks.')
    const own = helpText([operation], operation)
    expect(own).toContain('Usage: backend-engineer look <id> [dir] [flags]')
    expect(own).toContain('--fail-on <error|never>')
    expect(own).toContain('--only <a,b>')
    expect(own.match(/--fail-on/g)).toHaveLength(1)
  })
})
