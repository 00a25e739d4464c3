/** Changes tried in the copy: written there, type checked, built, and taken back. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { edited, editsByFile } from '../changes/edits.ts'
import type { Change } from '../core/change.ts'
import { type Checked, typeCheck } from '../runtime/app/type-check.ts'
import type { LiveBench } from './live-bench.ts'

/** Text of a file of the copy before it was changed; `undefined` when there was none. */
type Before = Map<string, string | undefined>

export interface Trial {
  /** Errors of the type check that were not there before, one a line; empty when there are none or nothing checks. */
  newErrors: string[]
  /** What was not checked, in words. */
  unchecked: string[]
  /** The texts of the copy as they were. Does not build. */
  takeBack(): Promise<void>
}

/** Writes a change into the copy. The running application does not see it before `bench.rebuild()`. */
export async function tryInCopy(bench: LiveBench, change: Change): Promise<Trial> {
  const { staged } = bench.parts
  const first = await typeCheck(staged, bench.app.env)
  const before: Before = new Map()
  const write = async (file: string, text: string): Promise<void> => {
    const path = join(staged.root, file)
    if (!before.has(file)) before.set(file, existsSync(path) ? await readFile(path, 'utf8') : undefined)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  for (const [file, edits] of editsByFile(change)) {
    const text = await readFile(join(staged.root, file), 'utf8')
    const mark = text.startsWith('\uFEFF') ? '\uFEFF' : ''
    await write(file, mark + edited(text.slice(mark.length), edits))
  }
  for (const { file, text } of change.creates) await write(file, text)
  const second = await typeCheck(staged, bench.app.env)
  return {
    newErrors: difference(first, second),
    unchecked: second.checked ? [] : [`Types were not checked: ${second.why}`],
    async takeBack() {
      for (const [file, text] of before) {
        const path = join(staged.root, file)
        if (text === undefined) await rm(path, { force: true })
        else await writeFile(path, text)
      }
    },
  }
}

/** Errors by file and message: lines move. */
function difference(before: Checked, after: Checked): string[] {
  if (!after.checked) return []
  const known = new Set(before.checked ? before.errors.map(withoutPlace) : [])
  return after.errors.filter((error) => !known.has(withoutPlace(error)))
}

const withoutPlace = (error: string): string => error.replace(/\(\d+,\d+\)/, '')
