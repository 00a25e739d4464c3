/** What is left when the process that writes a change is killed, or when the disk is full. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyChange } from './apply.ts'
import { journalFolderOf } from './journal.ts'
import { planned } from './plan.ts'
import { listApplied, undoChange } from './undo.ts'

const repository = join(import.meta.dirname, '../..')
const place = mkdtempSync(join(tmpdir(), 'crash-'))

/** A process of its own that can be killed: the compiled modules, and a script that asks them. */
beforeAll(() => {
  const sources = ['apply', 'undo', 'plan', 'journal'].map((name) =>
    join(repository, `src/changes/${name}.ts`),
  )
  const options = [
    '--noEmit',
    'false',
    '--outDir',
    join(place, 'built'),
    '--rootDir',
    join(repository, 'src'),
  ]
  const shape = [
    '--target',
    'es2023',
    '--module',
    'nodenext',
    '--types',
    'node',
    '--strict',
    '--skipLibCheck',
    '--rewriteRelativeImportExtensions',
    '--typeRoots',
    join(repository, 'node_modules/@types'),
  ]
  execFileSync(process.execPath, [
    join(repository, 'node_modules/typescript/bin/tsc'),
    '--ignoreConfig',
    ...options,
    ...shape,
    ...sources,
  ])
  writeFileSync(join(place, 'built/package.json'), '{"type":"module"}')
  symlinkSync(join(repository, 'node_modules'), join(place, 'built/node_modules'))
  writeFileSync(join(place, 'built/script.js'), script)
}, 60_000)
afterAll(() => rmSync(place, { recursive: true, force: true }))

const script = `
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { applyChange } from './changes/apply.js'
import { undoChange } from './changes/undo.js'
import { planned } from './changes/plan.js'
import { journalFolderOf } from './changes/journal.js'
const [root, what, dieAt, size] = process.argv.slice(2)
const read = (file) => readFileSync(join(root, file), 'utf8')
const big = 'x'.repeat(Number(size ?? 1))
const change = {
  title: 'T', reason: 'R', safety: 'safe', removes: ['c.ts'], creates: [{ file: 'new/deep/n.ts', text: big }],
  edits: ['a.ts', 'b.ts'].map((file) => ({ file, from: 0, to: 1, text: big })),
}
const onStep = (step) => { if (step === dieAt) process.kill(process.pid, 'SIGKILL') }
try {
  if (what === 'apply') await applyChange(root, planned(change, read), journalFolderOf(root), { onStep })
  else await undoChange(root, journalFolderOf(root))
} catch (error) {
  writeSync(1, error.name + ': ' + error.message)
}
`

const files = { 'a.ts': 'a\n', 'b.ts': 'b\r\n', 'c.ts': 'c' }

function project(at = mkdtempSync(join(place, 'project-'))): string {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(at, file), text)
  return at
}

const snapshot = (root: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .sort()
      .map((name) => [
        name,
        statSync(join(root, name)).isFile() ? readFileSync(join(root, name), 'latin1') : '/',
      ]),
  )

const steps = ['journal', 'stage', 'write a.ts', 'write b.ts', 'write c.ts', 'write new/deep/n.ts', 'finish']

describe('killed', () => {
  it.each(steps)('before the step "%s": undo leaves everything as it was', async (step) => {
    const root = project()
    const killed = spawnSync(process.execPath, [join(place, 'built/script.js'), root, 'apply', step])
    expect(killed.signal).toBe('SIGKILL')
    expect(await listApplied(journalFolderOf(root))).toEqual([])
    if (step === 'journal')
      await expect(undoChange(root, journalFolderOf(root))).rejects.toThrow('no change to undo')
    else expect(await undoChange(root, journalFolderOf(root))).toEqual({ rolledBack: ['0001'] })
    expect(snapshot(root)).toEqual(files)
  })

  it('in the middle: the next change rolls it back first', async () => {
    const root = project()
    spawnSync(process.execPath, [join(place, 'built/script.js'), root, 'apply', 'write c.ts'])
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).not.toBe(files['a.ts'])
    const next = {
      title: 'N',
      reason: '',
      safety: 'safe' as const,
      edits: [{ file: 'b.ts', from: 0, to: 0, text: '!' }],
      creates: [],
    }
    const change = planned(next, (file) => files[file as keyof typeof files])
    expect(await applyChange(root, change, journalFolderOf(root))).toMatchObject({ rolledBack: ['0001'] })
    expect(readFileSync(join(root, 'b.ts'), 'utf8')).toBe('!b\r\n')
    await undoChange(root, journalFolderOf(root))
    expect(snapshot(root)).toEqual(files)
  })

  it("before it wrote, and a file edited since: that is nobody else's business", async () => {
    const root = project()
    spawnSync(process.execPath, [join(place, 'built/script.js'), root, 'apply', 'stage'])
    writeFileSync(join(root, 'a.ts'), 'theirs')
    await undoChange(root, journalFolderOf(root))
    expect(snapshot(root)).toEqual({ ...files, 'a.ts': 'theirs' })
  })

  it('in the middle, and a file edited since: says which, and writes nothing', async () => {
    const root = project()
    spawnSync(process.execPath, [join(place, 'built/script.js'), root, 'apply', 'write c.ts'])
    writeFileSync(join(root, 'a.ts'), 'theirs')
    await expect(undoChange(root, journalFolderOf(root))).rejects.toThrow(
      /interrupted \("T"\), and a\.ts was edited/,
    )
    expect(readFileSync(join(root, 'a.ts'), 'utf8')).toBe('theirs')
    writeFileSync(join(root, 'a.ts'), files['a.ts'])
    await undoChange(root, journalFolderOf(root))
    expect(snapshot(root)).toEqual(files)
  })

  it('at any time: every run ends with all or nothing', async () => {
    for (let trial = 0; trial < 8; trial++) {
      const root = project()
      const timeout = 60 + trial * 18
      spawnSync(process.execPath, [join(place, 'built/script.js'), root, 'apply'], {
        timeout,
        killSignal: 'SIGKILL',
      })
      await undoChange(root, journalFolderOf(root)).catch((error: unknown) =>
        expect(String(error)).toContain('no change to undo'),
      )
      expect(snapshot(root)).toEqual(files)
    }
  })

  it('at any time of an undo: doing it again ends it', async () => {
    for (let trial = 0; trial < 8; trial++) {
      const root = project()
      spawnSync(process.execPath, [join(place, 'built/script.js'), root, 'apply'])
      const timeout = 60 + trial * 12
      spawnSync(process.execPath, [join(place, 'built/script.js'), root, 'undo'], {
        timeout,
        killSignal: 'SIGKILL',
      })
      await undoChange(root, journalFolderOf(root)).catch((error: unknown) =>
        expect(String(error)).toContain('no change to undo'),
      )
      expect(snapshot(root)).toEqual(files)
    }
  })
})

const canMount = spawnSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0

describe.skipIf(!canMount)('a full disk', () => {
  /** Runs in a mount namespace of its own with a tmpfs of so many kB; gives what the script said and the files after it. */
  const onDisk = (kilobytes: number, commands: string): string => {
    const disk = mkdtempSync(join(place, 'disk-'))
    const all = `mount -t tmpfs -o size=${kilobytes}k tmpfs "$0" && cd "$0" && ${commands}`
    return execFileSync(
      'unshare',
      ['-Urm', 'sh', '-ec', all, disk, process.execPath, join(place, 'built/script.js')],
      { encoding: 'utf8' },
    )
  }
  const make = `printf 'a\\n' > a.ts; printf 'b\\r\\n' > b.ts; printf c > c.ts`
  const list = `echo; find . -type f | sort | xargs md5sum; find . -type d | sort`

  it('refuses, and leaves nothing', () => {
    const clean = onDisk(64, `${make}; ${list}`)
    for (const size of [20_000, 30_000, 70_000]) {
      const after = onDisk(64, `${make}; "$1" "$2" . apply - ${size}; ${list}`)
      expect(after).toBe(`UserError: The disk is full. Nothing was changed.${clean}`)
    }
    const none = onDisk(
      64,
      `${make}; head -c 100000 /dev/zero > fill 2>/dev/null || true; "$1" "$2" . apply; rm fill; ${list}`,
    )
    expect(none).toBe(`UserError: The disk is full. Nothing was changed.${clean}`)
  })

  it('does not undo, and can when there is room again', () => {
    const clean = onDisk(128, `${make}; ${list}`)
    const after = onDisk(
      128,
      `${make}; "$1" "$2" . apply - 5000; head -c 200000 /dev/zero > fill 2>/dev/null || true; "$1" "$2" . undo; test -e new/deep/n.ts; rm fill; "$1" "$2" . undo; ${list}`,
    )
    expect(after).toMatch(/^UserError: The disk is full. Nothing was changed.\n/)
    expect(after.slice(after.indexOf('\n'))).toBe(clean)
  })
})
