/** Which statements of the code the tests come to: each says so once, in a copy of its file. */
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { copyIn } from '../../proof/write-change.ts'
import type { OwnTests } from '../../runtime/app/own-tests.ts'
import { type Branch, readBranches } from '../../source/declarations.ts'
import type { Ran } from './reach.ts'
import { quoted } from './text.ts'

/** Runs the tests with marks in these files. `undefined` when they do not pass so. */
export async function ranBy(
  root: string,
  files: ReadonlyMap<string, string>,
  test: () => Promise<OwnTests>,
): Promise<Ran | undefined> {
  const out = join(root, '.branches-that-ran')
  const branches = new Map([...files].map(([file, text]) => [file, readBranches(file, text)]))
  const marked = new Map(
    [...files].map(([file, text]) => [file, withMarks(file, text, branches.get(file) ?? [], out)]),
  )
  const placed = await copyIn(root, marked)
  try {
    const ran = await test()
    if (!ran.ran || !ran.passed) return undefined
    const hits = new Set((await readFile(out, 'utf8').catch(() => '')).split('\n'))
    return (file, at) => {
      const around = (branches.get(file) ?? []).filter(({ start, end }) => start <= at && at < end)
      const inner = around.sort((a, b) => a.end - a.start - (b.end - b.start))[0]
      return inner === undefined || hits.has(`${file}:${inner.start}:${inner.end}`)
    }
  } finally {
    await placed.takeBack()
    await rm(out, { force: true })
  }
}

function withMarks(file: string, text: string, branches: readonly Branch[], out: string): string {
  const inserts: { at: number; text: string; order: number }[] = []
  for (const { start, end, as } of branches) {
    const mark = `__ran(${quoted(`${file}:${start}:${end}`)})`
    if (as === 'listed') inserts.push({ at: start, text: `${mark}; `, order: 1e9 - end })
    else {
      const [open, close] = as === 'statement' ? [`{ ${mark}; `, ' }'] : [`(${mark}, `, ')']
      // At one place, what is outer opens first and closes last.
      inserts.push({ at: start, text: open, order: 1e9 - end }, { at: end, text: close, order: -start })
    }
  }
  inserts.sort((a, b) => b.at - a.at || b.order - a.order)
  const body = inserts.reduce((rest, { at, text: put }) => rest.slice(0, at) + put + rest.slice(at), text)
  return `import { appendFileSync as __append } from 'node:fs';
const __seen = new Set(); const __ran = (id) => { if (!__seen.has(id)) { __seen.add(id); __append(${quoted(out)}, id + '\\n') } };
${body}`
}
