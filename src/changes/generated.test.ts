import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Change } from '../core/change.ts'
import { edited, editsByFile } from './edits.ts'
import { mergedFiles, RECORD, readGenerated, recorded, without, writtenBy } from './generated.ts'
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

describe('what recipes wrote', () => {
  const first = { 'src/a.ts': lines(1, 2, 3, 4, 5), 'src/b.ts': lines('b') }

  /** A project in memory, to which runs of a recipe are applied. */
  function project(tree: Record<string, string> = {}) {
    const read = (file: string): string | undefined => tree[file]
    const put = ({ edits, creates, removes = [] }: Pick<Change, 'edits' | 'creates' | 'removes'>): void => {
      for (const { file, text } of creates) tree[file] = text
      for (const [file, mine] of editsByFile({ title: '', reason: '', safety: 'safe', edits, creates: [] }))
        tree[file] = edited(tree[file] ?? '', mine)
      for (const file of removes) delete tree[file]
    }
    return {
      tree,
      read,
      put,
      /** Writes these files; again, it merges them. */
      run(files: Record<string, string>, version = 1, id = 'login') {
        const known = readGenerated(read)
        const before = known.recipes.find((one) => one.id === id)
        const old = before ? writtenBy(known, before) : { files: new Map(), edited: new Map() }
        const fresh = Object.entries(files).map(([file, text]) => ({ file, text }))
        const merge = mergedFiles(old.files, fresh, read, `${id} ${version}`)
        put(merge)
        const run = { id, title: 'Sign in', version, inputs: { cookie: true } }
        put({
          ...recorded(known, run, { files: new Map(Object.entries(files)), edited: new Map() }, read),
          removes: [],
        })
        return merge
      },
    }
  }
  const nothing = { edits: [], creates: [], removes: [], conflicts: [], kept: [] }

  it('writes, and again writes nothing', () => {
    const { tree, run } = project()
    run(first)
    expect(Object.keys(tree).sort()).toEqual([RECORD, 'src/a.ts', 'src/b.ts'])
    expect(JSON.parse(tree[RECORD] ?? '').recipes[0]).toMatchObject({ id: 'login', inputs: { cookie: true } })
    const record = tree[RECORD]
    expect(run(first)).toEqual(nothing)
    expect(tree[RECORD]).toBe(record)
  })

  it('leaves edits and deletions of users alone, also of what a new version changes', () => {
    const { tree, run } = project()
    run(first)
    tree['src/a.ts'] = lines('mine', 1, 2, 3, 4, 5).replaceAll('\n', '\r\n')
    delete tree['src/b.ts']
    expect(run(first)).toEqual({ ...nothing, kept: [{ file: 'src/b.ts', why: 'deleted' }] })
    run({ ...first, 'src/a.ts': lines(1, 2, 3, 4, 'new') }, 2)
    expect(tree['src/a.ts']).toBe(lines('mine', 1, 2, 3, 4, 'new').replaceAll('\n', '\r\n'))
    expect(JSON.parse(tree[RECORD] ?? '').recipes[0].version).toBe(2)
    expect(tree['src/b.ts']).toBeUndefined()
  })

  it('shows conflicts, and waits until they are solved', () => {
    const { tree, run } = project()
    run(first)
    tree['src/a.ts'] = lines(1, 2, 'mine', 4, 5)
    const { conflicts } = run({ ...first, 'src/a.ts': lines(1, 2, 'new', 4, 5) }, 2)
    expect(conflicts).toEqual([{ file: 'src/a.ts', count: 1 }])
    expect(tree['src/a.ts']).toContain('<<<<<<< yours\nmine\n=======\nnew\n>>>>>>> login 2\n')
    expect(() => run({ ...first, 'src/a.ts': lines('newer') })).toThrow('open merge')
    tree['src/a.ts'] = lines(1, 2, 'mine and new', 4, 5)
    expect(run({ ...first, 'src/a.ts': lines(1, 2, 'new', 4, 5) }, 2).edits).toEqual([])
  })

  it('removes what it no longer writes, unless it was edited', () => {
    const { tree, run } = project()
    run({ ...first, 'src/c.ts': lines('c') })
    tree['src/c.ts'] = lines('mine')
    const { removes, kept } = run({ 'src/a.ts': first['src/a.ts'] })
    expect(removes).toEqual(['src/b.ts'])
    expect(kept).toEqual([{ file: 'src/c.ts', why: 'edited' }])
    expect(Object.keys(JSON.parse(tree[RECORD] ?? '').texts)).toHaveLength(1)
  })

  it('keeps several recipes apart', () => {
    const { tree, run } = project()
    run(first)
    run({ 'src/t.ts': 't\n' }, 1, 'endpoint-tests GET /api/notes')
    const ids = JSON.parse(tree[RECORD] ?? '').recipes.map(({ id }: { id: string }) => id)
    expect(ids).toEqual(['endpoint-tests GET /api/notes', 'login'])
    expect(run(first)).toEqual(nothing)
  })

  it('takes a run out of the files that were there, and leaves what was edited since', () => {
    const { tree, read, put } = project({ 'a.json': lines('{', '}'), 'src/a.ts': 'a\n' })
    const [before, after] = [lines('{', '}'), lines('{', '"jose": 6', '}')]
    tree['a.json'] = lines('mine', '{', '"jose": 6', '}', 'more')
    const written = {
      files: new Map([['src/a.ts', 'a\n']]),
      edited: new Map([['a.json', { before, after }]]),
    }
    put({ ...without(written, read), creates: [] })
    expect(tree).toEqual({ 'a.json': lines('mine', '{', '}', 'more') })
    tree['a.json'] = lines('{', '"jose": 6', '"mine": 1', '}')
    put({ ...without(written, read), creates: [] })
    expect(tree['a.json']).toBe(lines('{', '"mine": 1', '}'))
    tree['a.json'] = lines('{', '"jose": 7', '}')
    expect(() => without(written, read)).toThrow('a.json was edited in the very lines')
  })

  it('refuses what it cannot tell apart', () => {
    expect(() => project({ 'src/a.ts': 'theirs\n' }).run(first)).toThrow('src/a.ts is there already')
    expect(() => project({ [RECORD]: '{' }).run(first)).toThrow('cannot be read')
    const { tree, run } = project()
    run(first)
    tree[RECORD] = (tree[RECORD] ?? '').replace(/"texts": \{[^}]*\}/, '"texts": {}')
    expect(() => run(first)).toThrow('does not hold what was written to src/a.ts')
  })
})
