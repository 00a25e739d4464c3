import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { edited } from './edits.ts'
import { type GenerateWish, generatedFiles, PRISTINE, RECORD } from './generated.ts'
import { mergeGenerated } from './merge.ts'

const lines = (...all: (string | number)[]): string => `${all.join('\n')}\n`

describe('mergeGenerated', () => {
  const merge = (pristineOld: string, pristineNew: string, user: string) =>
    mergeGenerated({ pristineOld, pristineNew, user, label: 'login 2' })
  const old = lines(1, 2, 3, 4, 5)

  it.each([
    ['the new text where nobody edited', old, lines(1, 'B', 3), old, lines(1, 'B', 3)],
    ['the edit where nothing is new', old, old, lines(1, 'mine', 5), lines(1, 'mine', 5)],
    ['both', old, lines(1, 2, 3, 'N', 5), lines('mine', 1, 2, 3, 4, 5), lines('mine', 1, 2, 3, 'N', 5)],
    [
      'what both did alike, once',
      old,
      lines(1, 'X', 3, 4, 5),
      lines(1, 'X', 3, 4, 5, 6),
      lines(1, 'X', 3, 4, 5, 6),
    ],
    [
      'deleted and added lines',
      old,
      lines(2, 3, 4, 5),
      lines(1, 2, 3, 4, 5, 'mine'),
      lines(2, 3, 4, 5, 'mine'),
    ],
    [
      'a last line without its end',
      old,
      lines('N', 2, 3, 4, 5),
      old.trimEnd(),
      lines('N', 2, 3, 4, 5).trimEnd(),
    ],
    [
      'an edit in Windows lines',
      old,
      lines(1, 2, 3, 4, 'N'),
      lines('mine', 2, 3, 4, 5).replaceAll('\n', '\r\n'),
      lines('mine', 2, 3, 4, 'N'),
    ],
  ])('keeps %s', (_, before, fresh, user, wanted) =>
    expect(merge(before, fresh, user)).toEqual({ text: wanted, conflicts: 0 }),
  )

  it('shows both where they meet, and no more than that', () => {
    expect(merge(old, lines(1, 2, 'N', 'same', 4, 5), lines(1, 2, 'mine', 'same', 4, 5))).toEqual({
      text: lines(1, 2, '<<<<<<< yours', 'mine', '=======', 'N', '>>>>>>> login 2', 'same', 4, 5),
      conflicts: 1,
    })
    expect(merge(old, lines(1, 2, 4, 5), lines(1, 2, 'mine', 4, 5)).text).toBe(
      lines(1, 2, '<<<<<<< yours', 'mine', '=======', '>>>>>>> login 2', 4, 5),
    )
  })

  it('merges as git does, and never loses a line of the user', () => {
    const folder = mkdtempSync(join(tmpdir(), 'merge-'))
    let seed = 7
    const random = (below: number): number => {
      seed = (seed * 48271) % 2147483647
      return seed % below
    }
    const changed = (text: string, who: string): string => {
      const all = text.split('\n')
      for (let count = 0; count < 1 + random(3); count++) {
        const at = random(all.length - 1)
        all.splice(at, random(2), ...(random(3) > 0 ? [`${who}${count}`] : []))
      }
      return all.join('\n')
    }
    let [clean, conflicted, agreed] = [0, 0, 0]
    try {
      for (let round = 0; round < 80; round++) {
        const base = lines(...Array.from({ length: 24 }, (_, index) => `line ${index}`))
        const [user, fresh] = [changed(base, 'user'), changed(base, 'new')]
        const { text, conflicts } = merge(base, fresh, user)
        for (const line of user.split('\n').filter((one) => one.startsWith('user')))
          expect(text.split('\n')).toContain(line)
        for (const [name, content] of Object.entries({ base, user, fresh }))
          writeFileSync(join(folder, name), content)
        const git = gitMerge(folder)
        if (conflicts === 0) clean++
        else conflicted++
        if (git === undefined ? conflicts > 0 : git === text) agreed++
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
    expect(clean).toBeGreaterThan(10)
    expect(conflicted).toBeGreaterThan(10)
    expect(agreed).toBe(80)
  })
})

/** What git makes of it; nothing when there are conflicts. */
function gitMerge(cwd: string): string | undefined {
  try {
    const files = ['user', 'base', 'fresh']
    return execFileSync('git', ['merge-file', '-p', '-q', ...files], { cwd, encoding: 'utf8', stdio: 'pipe' })
  } catch {
    return undefined
  }
}

describe('generatedFiles', () => {
  const style = { formatter: { value: 'prettier' as const }, options: { singleQuote: true } }
  const wish = (files: Record<string, string>, more: Partial<GenerateWish> = {}): GenerateWish => ({
    id: 'login',
    version: '1',
    inputs: { cookie: true },
    files: Object.entries(files).map(([file, text]) => ({ file, text })),
    style,
    ...more,
  })

  /** A project in memory, to which a run is applied. */
  function project(tree: Record<string, string> = {}) {
    return {
      tree,
      run: async (what: GenerateWish) => {
        const result = await generatedFiles(what, (file) => tree[file])
        for (const { file, text } of result.creates) tree[file] = text
        for (const file of new Set(result.edits.map((one) => one.file)))
          tree[file] = edited(
            tree[file] ?? '',
            result.edits.filter((one) => one.file === file),
          )
        for (const file of result.removes) delete tree[file]
        return result
      },
    }
  }
  const nothing = { edits: [], creates: [], removes: [], conflicts: [], kept: [] }
  const first = { 'src/a.ts': lines(1, 2, 3, 4, 5), 'src/b.ts': lines('b') }

  it('writes, and again writes nothing', async () => {
    const { tree, run } = project()
    await run(wish(first))
    expect(Object.keys(tree).sort()).toEqual([PRISTINE, RECORD, 'src/a.ts', 'src/b.ts'])
    expect(JSON.parse(tree[RECORD] ?? '').recipes[0]).toMatchObject({
      id: 'login',
      version: '1',
      inputs: { cookie: true },
    })
    expect(await run(wish(first))).toEqual(nothing)
  })

  it('leaves edits and deletions of users alone, also of what a new version changes', async () => {
    const { tree, run } = project()
    await run(wish(first))
    tree['src/a.ts'] = lines('mine', 1, 2, 3, 4, 5).replaceAll('\n', '\r\n')
    delete tree['src/b.ts']
    expect(await run(wish(first))).toEqual({ ...nothing, kept: [{ file: 'src/b.ts', why: 'deleted' }] })
    await run(wish({ ...first, 'src/a.ts': lines(1, 2, 3, 4, 'new') }, { version: '2' }))
    expect(tree['src/a.ts']).toBe(lines('mine', 1, 2, 3, 4, 'new').replaceAll('\n', '\r\n'))
    expect(JSON.parse(tree[RECORD] ?? '').recipes[0].version).toBe('2')
    expect(tree['src/b.ts']).toBeUndefined()
  })

  it('shows conflicts, and waits until they are solved', async () => {
    const { tree, run } = project()
    await run(wish(first))
    tree['src/a.ts'] = lines(1, 2, 'mine', 4, 5)
    const { conflicts } = await run(
      wish({ ...first, 'src/a.ts': lines(1, 2, 'new', 4, 5) }, { version: '2' }),
    )
    expect(conflicts).toEqual([{ file: 'src/a.ts', count: 1 }])
    expect(tree['src/a.ts']).toContain('<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> login 2\n')
    await expect(run(wish({ ...first, 'src/a.ts': lines('newer') }))).rejects.toThrow('open merge')
    tree['src/a.ts'] = lines(1, 2, 'mine and new', 4, 5)
    expect(
      (await run(wish({ ...first, 'src/a.ts': lines(1, 2, 'new', 4, 5) }, { version: '2' }))).edits,
    ).toEqual([])
  })

  it('removes what it no longer writes, unless it was edited', async () => {
    const { tree, run } = project()
    await run(wish({ ...first, 'src/c.ts': lines('c') }))
    tree['src/c.ts'] = lines('mine')
    const { removes, kept } = await run(wish({ 'src/a.ts': first['src/a.ts'] }))
    expect(removes).toEqual(['src/b.ts'])
    expect(kept).toEqual([{ file: 'src/c.ts', why: 'edited' }])
    expect(Object.keys(JSON.parse(tree[PRISTINE] ?? ''))).toHaveLength(1)
  })

  it('keeps several recipes apart, in the format of the project', async () => {
    const { tree, run } = project()
    await run(wish(first))
    await run(wish({ 'src/t.ts': 't\n' }, { id: 'endpoint-tests', inputs: {} }))
    expect(JSON.parse(tree[RECORD] ?? '').recipes.map(({ id }: { id: string }) => id)).toEqual([
      'endpoint-tests',
      'login',
    ])
    expect(await run(wish(first))).toEqual(nothing)
  })

  it('refuses what it cannot tell apart', async () => {
    await expect(project({ 'src/a.ts': 'theirs\n' }).run(wish(first))).rejects.toThrow(
      'src/a.ts is there already',
    )
    await expect(project({ [RECORD]: '{' }).run(wish(first))).rejects.toThrow('cannot be read')
    const { tree, run } = project()
    await run(wish(first))
    tree[PRISTINE] = '{}'
    tree['src/a.ts'] = 'mine\n'
    await expect(run(wish(first))).rejects.toThrow('does not hold what was written to src/a.ts')
  })
})
