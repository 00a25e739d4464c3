import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Change, Edit } from '../core/change.ts'
import { combine, isConflict } from './combine.ts'
import { diffOf } from './diff.ts'
import { edited } from './edits.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true })
})

const change = (title: string, edits: Edit[], more: Partial<Change> = {}): Change => ({
  title,
  reason: `Because of ${title}.`,
  safety: 'safe',
  edits,
  creates: [],
  ...more,
})
const edit = (from: number, to: number, text: string, file = 'a.ts'): Edit => ({ file, from, to, text })

describe('edited', () => {
  it('makes edits in any order, those at one place in the given one', () => {
    expect(edited('abcdef', [edit(4, 5, 'E'), edit(0, 1, 'A'), edit(2, 2, '1'), edit(2, 2, '2')])).toBe(
      'Ab12cdEf',
    )
  })

  it('writes lines as the text ends them', () => {
    expect(edited('a\r\nb\r\n', [edit(3, 3, 'x\ny\r\n')])).toBe('a\r\nx\r\ny\r\nb\r\n')
    expect(edited('a\nb\n', [edit(2, 2, 'x\r\n')])).toBe('a\nx\nb\n')
    expect(edited('a', [edit(1, 1, '\nb')])).toBe('a\nb')
  })

  it('refuses what overlaps, lies outside, or cuts a character', () => {
    expect(() => edited('abc', [edit(0, 2, ''), edit(1, 3, '')])).toThrow(/overlaps/)
    expect(() => edited('abc', [edit(2, 4, '')])).toThrow(/outside/)
    expect(() => edited('abc', [edit(-1, 1, '')])).toThrow(/outside/)
    expect(() => edited('a😀', [edit(2, 2, 'x')])).toThrow(/cuts/)
    expect(() => edited('a\r\nb', [edit(2, 2, 'x')])).toThrow(/cuts/)
  })
})

describe('combine', () => {
  const result = (...changes: Change[]): Change => {
    const combined = combine(changes)
    if (isConflict(combined)) throw new Error(JSON.stringify(combined))
    return combined
  }

  it('does once what two changes do alike, and keeps the order of lines at one place', () => {
    const joined = result(
      change('A', [edit(0, 0, 'import a\n'), edit(5, 6, 'x')], {
        notes: ['n'],
        creates: [{ file: 'n', text: 't' }],
      }),
      change('B', [edit(0, 0, 'import b\n'), edit(5, 6, 'x')], {
        safety: 'review',
        notes: ['n'],
        creates: [{ file: 'n', text: 't' }],
      }),
      change('C', [edit(0, 0, 'import a\n')]),
    )
    expect(edited('0123456', joined.edits)).toBe('import a\nimport b\n01234x6')
    expect(joined).toMatchObject({
      title: 'A; B; C',
      safety: 'review',
      notes: ['n'],
      creates: [{ file: 'n' }],
    })
  })

  it('names the changes that touch', () => {
    const clash = (one: Edit, two: Edit) => combine([change('A', [one]), change('B', [two])])
    const conflict = {
      conflicts: [{ file: 'a.ts', between: ['A', 'B'], why: 'Both change the same lines.' }],
    }
    expect(clash(edit(0, 5, 'x'), edit(4, 6, 'y'))).toEqual(conflict)
    expect(clash(edit(0, 5, 'x'), edit(3, 3, 'y'))).toEqual(conflict)
    expect(clash(edit(3, 3, 'x'), edit(3, 3, 'y'))).toEqual(conflict)
    expect(clash(edit(3, 3, ', x'), edit(3, 3, ', y'))).not.toHaveProperty('conflicts')
    expect(clash(edit(0, 5, 'x'), edit(5, 6, 'y'))).not.toHaveProperty('conflicts')
    expect(clash(edit(3, 3, 'x'), edit(3, 5, 'y'))).not.toHaveProperty('conflicts')
    expect(clash(edit(0, 5, 'x'), edit(3, 3, 'y', 'b.ts'))).not.toHaveProperty('conflicts')
    expect(
      combine([
        change('A', [], { creates: [{ file: 'n', text: '1' }] }),
        change('B', [], { creates: [{ file: 'n', text: '2' }] }),
      ]),
    ).toHaveProperty('conflicts')
    expect(combine([change('A', [edit(0, 1, '')]), change('B', [], { removes: ['a.ts'] })])).toHaveProperty(
      'conflicts',
    )
  })
})

describe('diffOf', () => {
  it('gives a diff that git applies to the same files', () => {
    const before: Record<string, string> = {
      'src/a.ts': Array.from({ length: 30 }, (_, index) => `line ${index} with ümläut`).join('\n'),
      'app/[id]/with space.ts': 'one\ntwo\n',
      'ü.ts': 'a\n',
      'gone.ts': 'x\ny',
    }
    const wanted = change(
      'T',
      [
        edit(0, 4, 'Line', 'src/a.ts'),
        edit((before['src/a.ts'] ?? '').length, (before['src/a.ts'] ?? '').length, '\nend', 'src/a.ts'),
        edit(4, 4, 'between\n', 'app/[id]/with space.ts'),
        edit(0, 1, 'b', 'ü.ts'),
      ],
      { creates: [{ file: 'new/n.ts', text: 'new' }], removes: ['gone.ts'] },
    )
    const diff = diffOf(wanted, (file) => before[file])
    expect(diff).toBe(diffOf(wanted, (file) => before[file]))
    expect(diff).not.toMatch(/Index:|===/)

    const folder = mkdtempSync(join(tmpdir(), 'diff-'))
    made.push(folder)
    for (const [file, text] of Object.entries(before)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), text)
    }
    execFileSync('git', ['apply', '-'], {
      cwd: folder,
      input: diff,
      env: { ...process.env, GIT_CEILING_DIRECTORIES: dirname(folder) },
    })
    for (const [file, text] of Object.entries(before)) {
      if (file === 'gone.ts') expect(() => readFileSync(join(folder, file))).toThrow()
      else
        expect(readFileSync(join(folder, file), 'utf8')).toBe(
          edited(
            text,
            wanted.edits.filter((one) => one.file === file),
          ),
        )
    }
    expect(readFileSync(join(folder, 'new/n.ts'), 'utf8')).toBe('new')
  })
})
