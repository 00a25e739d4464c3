import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { columnBefore, HOOKS, type Insert, instrument, isRuntime, isWhole } from './instrument.ts'

const client = dirname(createRequire(import.meta.url).resolve('@prisma/client/package.json'))
const runtime = readFileSync(join(client, 'runtime/client.js'), 'utf8')

/** Takes out what was put in. */
function restored(text: string, inserts: readonly Insert[]): string {
  const lines = text.split('\n')
  for (const [line, column, length] of inserts) {
    const before = lines[line - 1] ?? ''
    lines[line - 1] = before.slice(0, column) + before.slice(column + length)
  }
  return lines.join('\n')
}

describe('instrument', () => {
  it('finds each place once in the runtime of @prisma/client 7.10', () => {
    expect(isRuntime(runtime)).toBe(true)
    const { text, counts, inserts } = instrument(runtime)
    expect(counts).toEqual({ factory: 1, transaction: 1, client: 1 })
    expect(isWhole(counts)).toBe(true)
    expect(text.split(HOOKS)).toHaveLength(4)
    expect(restored(text, inserts)).toBe(runtime)
  })

  it('finds each place in each copy of a bundle', () => {
    const { counts } = instrument(`${runtime}\n${runtime}`)
    expect(counts).toEqual({ factory: 2, transaction: 2, client: 2 })
    expect(isWhole(counts)).toBe(true)
  })

  it('tells when a place is missing', () => {
    const other = runtime.replace('getPrismaClient:()=>', 'getPrismaClient:async()=>')
    expect(other).not.toBe(runtime)
    const { counts } = instrument(other)
    expect(counts.client).toBe(0)
    expect(isWhole(counts)).toBe(false)
  })

  it('leaves code that runs where the hooks are not', () => {
    const { text } = instrument('class A{_createPrismaPromise=make()}')
    expect(Reflect.has(globalThis, HOOKS)).toBe(false)
    const value: unknown = new Function(
      `const make = () => 7; ${text}; return new A()._createPrismaPromise`,
    )()
    expect(value).toBe(7)
  })

  it('moves columns back to where they were', () => {
    const source = 'a(); _createPrismaPromise=make(); b(); getPrismaClient:()=>of; c()\nd()'
    const { text, inserts } = instrument(source)
    const lines = text.split('\n')
    for (const call of ['a()', 'b()', 'c()', 'make()']) {
      const column = lines[0]?.indexOf(call) ?? -1
      expect(columnBefore(inserts, 1, column)).toBe(source.indexOf(call))
    }
    expect(columnBefore(inserts, 2, 0)).toBe(0)
  })
})
