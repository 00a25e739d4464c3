import { describe, expect, it } from 'vitest'
import { mutantsOf, mutated } from './mutants.ts'
import { type MutantRun, mutantTable, runMutants } from './run.ts'
import { planted } from './written.ts'

const text = `import { z } from 'zod'
export const schema = z.object({ name: z.string().max(80) }).strict()
export async function show(id: string, user?: { id: string }): Promise<string> {
  if (!user) throw new Error('Sign in to go on')
  const row = await db.note.findFirst({ where: { id, userId: user.id }, select: { title: true } })
  if (row && row.count < 3) await db.note.touch(id)
  return row ? row.title : 'none'
}
`
const all = mutantsOf('a.ts', text)
const afters = (kind: string): string[] =>
  all.filter((one) => one.kind === kind).map((one) => one.after.trim())

describe('mutants', () => {
  it('remove guards, members, links, calls and awaits', () => {
    expect(afters('guard removed')).toEqual(['{}'])
    expect(afters('member dropped')).toEqual([
      'const row = await db.note.findFirst({ where: { userId: user.id }, select: { title: true } })',
      'const row = await db.note.findFirst({ where: { id }, select: { title: true } })',
      'const row = await db.note.findFirst({ where: { id, userId: user.id }, select: {  } })',
    ])
    expect(afters('chain shortened')).toEqual([
      'export const schema = z.object({ name: z.string().max(80) })',
      'export const schema = z.object({ name: z.string() }).strict()',
    ])
    expect(afters('call removed')).toEqual(['if (row && row.count < 3) {}'])
    expect(afters('await dropped')).toHaveLength(2)
  })

  it('turn conditions, operators and constants', () => {
    expect(afters('condition negated')).toContain('if (!(row && row.count < 3)) await db.note.touch(id)')
    expect(afters('operator swapped')).toEqual([
      'if (row || row.count < 3) await db.note.touch(id)',
      'if (row && row.count <= 3) await db.note.touch(id)',
    ])
    expect(afters('number changed')).toEqual(
      expect.arrayContaining(['if (row && row.count < 4) await db.note.touch(id)']),
    )
    expect(afters('boolean flipped')).toHaveLength(1)
    // Neither the import nor the message for people.
    expect(afters('text emptied')).toEqual(["return row ? row.title : ''"])
    expect(afters('returns early')).toEqual(["return; if (!user) throw new Error('Sign in to go on')"])
  })

  it('have ids of their own, which stay when lines move', () => {
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    const moved = mutantsOf('a.ts', `// more\n\n${text}`)
    expect(moved.map(({ id }) => id)).toEqual(all.map(({ id }) => id))
    expect(moved[0]?.location.line).toBe((all[0]?.location.line ?? 0) + 2)
    expect(mutantsOf('a.ts', text, { limit: 5 })).toHaveLength(5)
    expect(mutantsOf('a.ts', 'const = 1')).toEqual([])
  })

  it('that are written are found in code of any format', () => {
    const written = {
      id: 'no-owner',
      title: 'The owner is not asked for',
      changes: [{ find: ['where: { id, $key: user.id }'], put: 'where: { id }' }],
      killedBy: ['x'],
    }
    const ugly = text.replace('{ id, userId: user.id }', '{\n  id,\n  userId: user.id,\n}')
    for (const source of [text, ugly]) {
      const mutant = planted(written, new Map([['a.ts', source]]))
      expect(mutant && mutated('a.ts', source, mutant)).toContain('findFirst({ where: { id }, select')
    }
    expect(planted(written, new Map([['a.ts', 'export {}']]))).toBeUndefined()
  })
})

const disk = (): MutantRun & { now: Map<string, string> } => {
  const now = new Map([['a.ts', text]])
  return {
    mutants: all,
    texts: new Map(now),
    now,
    apply: async (file, value) => void now.set(file, value),
    check: async () => ({ result: 'survived' }),
    budget: { each: 1000 },
  }
}

describe('the runner of mutants', () => {
  it('says which were noticed, and puts each text back', async () => {
    const run = disk()
    const report = await runMutants({
      ...run,
      check: async () => {
        const source = run.now.get('a.ts') ?? ''
        expect(source).not.toBe(text)
        if (!source.includes('if (!user) throw')) return { result: 'killed', by: 'guard' }
        return { result: source.includes('await db.note.find') ? 'survived' : 'did not compile' }
      },
    })
    expect(run.now.get('a.ts')).toBe(text)
    expect(report.tried).toHaveLength(all.length)
    expect(report.tried.find(({ result }) => result === 'killed')?.by).toBe('guard')
    const table = mutantTable(report)
    expect(table).toMatch(/^kind +killed +timeout +survived +did not compile$/m)
    expect(table).toContain('a.ts:6 operator swapped: &&')
    expect(table).toContain('+   if (row || row.count < 3)')
  })

  it('waits for none longer than its time', async () => {
    const run = { ...disk(), mutants: all.slice(0, 2), budget: { each: 20 } }
    let ended = 0
    const report = await runMutants({
      ...run,
      check: (_, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            ended += 1
            reject(signal.reason)
          })
        }),
    })
    expect(report.tried.map(({ result }) => result)).toEqual(['timeout', 'timeout'])
    expect([ended, report.rate, run.now.get('a.ts')]).toEqual([2, 1, text])
  })

  it('puts the text back when it is interrupted, or a check fails', async () => {
    const run = disk()
    const stop = new AbortController()
    const waiting = runMutants({
      ...run,
      signal: stop.signal,
      check: () => new Promise(() => setTimeout(() => stop.abort(new Error('enough')), 5)),
    })
    await expect(waiting).rejects.toThrow('enough')
    expect(run.now.get('a.ts')).toBe(text)
    const failing = runMutants({ ...run, check: () => Promise.reject(new Error('the app is gone')) })
    await expect(failing).rejects.toThrow('the app is gone')
    expect(run.now.get('a.ts')).toBe(text)
  })

  it('leaves out what there is no time for', async () => {
    const report = await runMutants({ ...disk(), budget: { each: 1000, all: 0 } })
    expect([report.tried.length, report.left.length]).toEqual([0, all.length])
  })
})
