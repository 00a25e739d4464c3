import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Change, Edit, PlannedChange } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import { applyChange } from './apply.ts'
import { edited } from './edits.ts'
import { journalFolderOf } from './journal.ts'
import { planned } from './plan.ts'
import { listApplied, undoChange } from './undo.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
})

function projectWith(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'apply-'))
  made.push(root)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

const change = (edits: Edit[], more: Partial<Change> = {}): Change => ({
  title: 'Ask for the owner',
  reason: 'Anybody may read it.',
  safety: 'safe',
  edits,
  creates: [],
  ...more,
})

const textOf = (root: string) => (file: string) =>
  readFileSync(join(root, file), 'utf8').replace(/^\uFEFF/, '')
const plan = (root: string, one: Change): PlannedChange => planned(one, textOf(root))
const apply = (root: string, one: Change) => applyChange(root, plan(root, one), journalFolderOf(root))

/** Every path below the root, with bytes and mode. */
function snapshot(root: string): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  return Object.fromEntries(
    names.map((name) => {
      const { mode } = statSync(join(root, name))
      const content = statSync(join(root, name)).isDirectory()
        ? '/'
        : readFileSync(join(root, name), 'latin1')
      return [name, `${mode.toString(8)} ${content}`]
    }),
  )
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof UserError)) throw new Error(`Not refused, but: ${String(error)}`)
  return `${error.message} ${error.remedy}`
}

describe('apply and undo', () => {
  it('edits, creates and removes, and takes all of it back', async () => {
    const root = projectWith({ 'a.ts': 'one\ntwo\n', 'gone.ts': 'bye', 'lib/b.ts': '\uFEFFb\r\nc' })
    chmodSync(join(root, 'a.ts'), 0o755)
    chmodSync(join(root, 'gone.ts'), 0o600)
    const before = snapshot(root)
    const applied = await apply(
      root,
      change(
        [
          { file: 'a.ts', from: 4, to: 7, text: 'TWO' },
          { file: 'lib/b.ts', from: 4, to: 4, text: '\nd' },
        ],
        { creates: [{ file: 'new/deep/n.ts', text: 'n\n' }], removes: ['gone.ts'] },
      ),
    )
    expect(applied).toEqual({
      id: '0001',
      title: 'Ask for the owner',
      files: [
        { file: 'a.ts', did: 'edited' },
        { file: 'lib/b.ts', did: 'edited' },
        { file: 'gone.ts', did: 'removed' },
        { file: 'new/deep/n.ts', did: 'created' },
      ],
      rolledBack: [],
    })
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toBe('one\nTWO\n')
    expect(statSync(join(root, 'a.ts')).mode & 0o777).toBe(0o755)
    expect(readFileSync(join(root, 'lib/b.ts'), 'utf8')).toBe('\uFEFFb\r\nc\r\nd')
    expect(existsSync(join(root, 'gone.ts'))).toBe(false)
    expect(readFileSync(join(root, 'new/deep/n.ts'), 'utf8')).toBe('n\n')
    expect(readFileSync(join(root, '.backend-engineer/undo/.gitignore'), 'utf8')).toBe('*\n')
    expect(await listApplied(journalFolderOf(root))).toMatchObject([{ id: '0001', files: applied.files }])

    expect(await undoChange(root, journalFolderOf(root))).toMatchObject({ id: '0001', rolledBack: [] })
    expect(snapshot(root)).toEqual(before)
    expect(await listApplied(journalFolderOf(root))).toEqual([])
    expect(await refusal(undoChange(root, journalFolderOf(root)))).toContain('no change to undo')
    expect(snapshot(root)).toEqual(before)
  })

  it('undoes several in the order in which they touch, and says what is in the way', async () => {
    const root = projectWith({ 'a.ts': 'a', 'b.ts': 'b' })
    const before = snapshot(root)
    await apply(root, change([{ file: 'a.ts', from: 0, to: 1, text: 'A' }], { title: 'first' }))
    await apply(root, change([{ file: 'a.ts', from: 1, to: 1, text: '!' }], { title: 'second' }))
    await apply(root, change([{ file: 'b.ts', from: 1, to: 1, text: '!' }], { title: 'third' }))
    const refused = await refusal(undoChange(root, journalFolderOf(root), '1'))
    expect(refused).toContain('a.ts was changed again by 0002')
    expect(refused).toContain('Undo 0002 first')
    expect(await refusal(undoChange(root, journalFolderOf(root), '7'))).toContain('0001 first')
    await undoChange(root, journalFolderOf(root), '0002')
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toBe('A')
    await undoChange(root, journalFolderOf(root))
    await undoChange(root, journalFolderOf(root))
    expect(snapshot(root)).toEqual(before)
  })

  it('does not undo over an edit of the user, and keeps what the user put into a made folder', async () => {
    const root = projectWith({ 'a.ts': 'a', 'b.ts': 'b' })
    await apply(
      root,
      change([{ file: 'a.ts', from: 0, to: 1, text: 'A' }], {
        creates: [{ file: 'new/n.ts', text: 'n' }],
        removes: ['b.ts'],
      }),
    )
    writeFileSync(join(root, 'a.ts'), 'A, and more')
    writeFileSync(join(root, 'new/theirs.ts'), 'theirs')
    const now = snapshot(root)
    expect(await refusal(undoChange(root, journalFolderOf(root)))).toContain('a.ts was edited since')
    expect(snapshot(root)).toEqual(now)
    writeFileSync(join(root, 'a.ts'), 'A')
    await undoChange(root, journalFolderOf(root))
    expect(snapshot(root)).toMatchObject({
      'new/theirs.ts': expect.stringContaining('theirs'),
      'b.ts': expect.anything(),
    })
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toBe('a')
    expect(existsSync(join(root, 'new/n.ts'))).toBe(false)
  })

  it.runIf(process.getuid?.() === 0)(
    'keeps whom a file belongs to, when root runs it in a container',
    async () => {
      const root = projectWith({ 'a.ts': 'a' })
      for (const path of ['.', 'a.ts']) chownSync(join(root, path), 65_534, 65_533)
      await apply(
        root,
        change([{ file: 'a.ts', from: 0, to: 1, text: 'A' }], { creates: [{ file: 'n.ts', text: 'n' }] }),
      )
      for (const path of ['a.ts', 'n.ts'])
        expect(statSync(join(root, path))).toMatchObject({ uid: 65_534, gid: 65_533 })
      await undoChange(root, journalFolderOf(root))
      expect(statSync(join(root, 'a.ts'))).toMatchObject({ uid: 65_534, gid: 65_533 })
    },
  )

  it('holds for random edits of random texts', async () => {
    const random = generator(7)
    const pieces = ['a', 'ß', '😀', '\n', '\r\n', ' ', 'const x = 1', '{', '}', '\u2028', '\t']
    const text = () => Array.from({ length: random(40) }, () => pieces[random(pieces.length)]).join('')
    for (let trial = 0; trial < 60; trial++) {
      const files = Object.fromEntries(
        Array.from({ length: 1 + random(3) }, (_, index) => [`f${index}.ts`, text()]),
      )
      const root = projectWith(
        Object.fromEntries(
          Object.entries(files).map(([name, one]) => [name, random(3) === 0 ? `\uFEFF${one}` : one]),
        ),
      )
      const before = snapshot(root)
      const edits = Object.entries(files).flatMap(([file, one]) =>
        randomEdits(one, random).map((edit) => ({ ...edit, file, text: text() })),
      )
      await apply(root, change(edits))
      for (const [file, one] of Object.entries(files)) {
        const expected = edited(
          one,
          edits.filter((edit) => edit.file === file),
        )
        expect(textOf(root)(file)).toBe(expected)
        expect(readFileSync(join(root, file), 'utf8').startsWith('\uFEFF')).toBe(
          before[file]?.includes('\u00ef\u00bb\u00bf') ?? false,
        )
      }
      if (edits.length > 0) await undoChange(root, journalFolderOf(root))
      else rmSync(join(root, '.backend-engineer'), { recursive: true })
      expect(snapshot(root)).toEqual(before)
    }
  })
})

describe('apply refuses, with nothing written', () => {
  const untouched = async (root: string, work: () => Promise<unknown>): Promise<string> => {
    const before = snapshot(root)
    const message = await refusal(work())
    expect(snapshot(root)).toEqual(before)
    return message
  }

  it('a file that is not as it was planned for', async () => {
    const root = projectWith({ 'a.ts': 'a', 'b.ts': 'b' })
    const both = plan(
      root,
      change([
        { file: 'a.ts', from: 0, to: 0, text: 'x' },
        { file: 'b.ts', from: 0, to: 0, text: 'x' },
      ]),
    )
    writeFileSync(join(root, 'b.ts'), 'b2')
    expect(await untouched(root, () => applyChange(root, both, journalFolderOf(root)))).toContain(
      'b.ts is not as it was',
    )
    rmSync(join(root, 'b.ts'))
    expect(await untouched(root, () => applyChange(root, both, journalFolderOf(root)))).toContain(
      'b.ts is gone',
    )
  })

  it.each([
    '../out.ts',
    '/etc/x.ts',
    'a/../../x.ts',
    './x.ts',
    '',
    'a//b.ts',
    'C:/x.ts',
    'a\\b.ts',
    'x\0.ts',
    'node_modules/p/index.js',
    'packages/x/.git/config',
    '.GIT/hooks/pre-commit',
    '.env',
    'apps/web/.env.local',
    '.npmrc',
    '.backend-engineer/undo/0001/0',
    '.next/server/x.js',
  ])('%j', async (file) => {
    const root = projectWith({ 'a.ts': 'a' })
    expect(
      await untouched(root, () =>
        applyChange(
          root,
          { ...change([], { creates: [{ file, text: 'x' }] }), base: {} },
          journalFolderOf(root),
        ),
      ),
    ).toContain('is not written')
  })

  it('but not an example of the environment', async () => {
    const root = projectWith({ '.env.example': 'A=1\n' })
    await apply(root, change([{ file: '.env.example', from: 4, to: 4, text: 'B=2\n' }]))
    expect(readFileSync(join(root, '.env.example'), 'utf8')).toBe('A=1\nB=2\n')
  })

  it('links that lead out of the project, and links to what is not ours; others keep being links', async () => {
    const outside = projectWith({ 'o.ts': 'o' })
    const root = projectWith({ 'real/a.ts': 'a', '.env': 'S=1' })
    symlinkSync(join(outside, 'o.ts'), join(root, 'o.ts'))
    symlinkSync(outside, join(root, 'out'))
    symlinkSync('.env', join(root, 'e.ts'))
    symlinkSync('nowhere/x.ts', join(root, 'dangling.ts'))
    symlinkSync('real', join(root, 'linked'))
    symlinkSync('real/a.ts', join(root, 'l.ts'))
    const edit = (file: string) => () => apply(root, change([{ file, from: 0, to: 1, text: 'x' }]))
    expect(await refusal(edit('o.ts')())).toContain('leads out')
    expect(await refusal(edit('out/o.ts')())).toContain('leads out')
    expect(await refusal(edit('e.ts')())).toContain('secrets')
    const create = (file: string) => apply(root, change([], { creates: [{ file, text: 'x' }] }))
    expect(await refusal(create('out/new.ts'))).toContain('leads out')
    expect(await refusal(create('dangling.ts'))).toContain('leads nowhere')
    expect(readdirSync(outside)).toEqual(['o.ts'])
    expect(readFileSync(join(outside, 'o.ts'), 'utf8')).toBe('o')
    const twice = change([
      { file: 'l.ts', from: 0, to: 1, text: 'x' },
      { file: 'linked/a.ts', from: 0, to: 1, text: 'y' },
    ])
    expect(await refusal(apply(root, twice))).toContain('under two names')
    await edit('l.ts')()
    expect(readFileSync(join(root, 'real/a.ts'), 'utf8')).toBe('x')
    await undoChange(root, journalFolderOf(root))
    expect(readFileSync(join(root, 'linked/a.ts'), 'utf8')).toBe('a')
  })

  it('what exists already, is read-only, or is not UTF-8', async () => {
    const root = projectWith({ 'a.ts': 'a', 'r.ts': 'r' })
    writeFileSync(join(root, 'latin.ts'), Buffer.from([0x61, 0xe9]))
    chmodSync(join(root, 'r.ts'), 0o444)
    const first = { file: 'a.ts', from: 0, to: 0, text: 'x' }
    expect(
      await untouched(root, () => apply(root, change([first], { creates: [{ file: 'r.ts', text: '' }] }))),
    ).toContain('exists already')
    expect(await untouched(root, () => apply(root, change([first, { ...first, file: 'r.ts' }])))).toContain(
      'chmod u+w r.ts',
    )
    expect(
      await untouched(root, () => apply(root, change([first, { ...first, file: 'latin.ts' }]))),
    ).toContain('not valid UTF-8')
  })

  it.runIf(process.getuid?.() !== 0)('a folder that may not be written', async () => {
    const root = projectWith({ 'a.ts': 'a', 'lib/b.ts': 'b' })
    chmodSync(join(root, 'lib'), 0o555)
    const both = ['a.ts', 'lib/b.ts'].map((file) => ({ file, from: 0, to: 1, text: 'X' }))
    expect(await untouched(root, () => apply(root, change(both)))).toContain('cannot be written (EACCES)')
    chmodSync(join(root, 'lib'), 0o755)
  })

  it('takes all back when a file is edited in the middle, and leaves that edit', async () => {
    const root = projectWith({ 'a.ts': 'a', 'b.ts': 'b', 'c.ts': 'c' })
    const before = snapshot(root)
    const all = plan(
      root,
      change(
        ['a.ts', 'b.ts', 'c.ts'].map((file) => ({ file, from: 0, to: 1, text: 'X' })),
        { creates: [{ file: 'n/n.ts', text: 'n' }] },
      ),
    )
    const onStep = (step: string): void => {
      if (step === 'write c.ts') writeFileSync(join(root, 'c.ts'), 'theirs')
    }
    expect(await refusal(applyChange(root, all, journalFolderOf(root), { onStep }))).toContain(
      'c.ts was edited while',
    )
    expect(snapshot(root)).toEqual({ ...before, 'c.ts': before['c.ts']?.replace(/c$/, 'theirs') })
  })

  it('a second run at the same time', async () => {
    const root = projectWith({ 'a.ts': 'a' })
    const one = plan(root, change([{ file: 'a.ts', from: 0, to: 1, text: 'X' }]))
    let second: Promise<string> | undefined
    const onStep = (step: string): void => {
      if (step === 'stage') second = refusal(applyChange(root, one, journalFolderOf(root)))
    }
    await applyChange(root, one, journalFolderOf(root), { onStep })
    expect(await second).toContain('Another run is changing this project')
  })
})

/** Numbers below a bound, the same on every run. */
function generator(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * below)
  }
}

/** Places between whole characters and line ends. */
function randomEdits(text: string, random: (below: number) => number): { from: number; to: number }[] {
  const places = [0]
  for (const match of text.matchAll(/\r\n|[\s\S]/gu)) places.push(match.index + match[0].length)
  const chosen = Array.from({ length: 2 * random(4) }, () => places[random(places.length)] ?? 0).sort(
    (a, b) => a - b,
  )
  return chosen.flatMap((from, index) => (index % 2 === 0 ? [{ from, to: chosen[index + 1] ?? from }] : []))
}
