/**
 * Answers that were given before, kept outside the project. An answer holds as long as nothing that could have been read
 * has changed: every file of the tree by its content, the question, and this tool itself. Anything odd about a kept
 * answer (cut off, edited, from another version) means that it is worked out anew.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Context } from '../core/operation.ts'
import type { Report } from '../core/report.ts'
import { fingerprint } from '../project/fingerprint.ts'
import type { Instead } from '../source/files.ts'

/** Answers kept in one cache folder; the oldest go first. */
const KEPT = 40

/** The same question is the same text. */
export const questionOf = (operation: string, input: unknown): string => JSON.stringify([operation, input])

export async function remembered(
  question: string,
  context: Context,
  work: () => Promise<Report>,
  /** The project is read with these files in place of those on disk. */
  instead?: Instead,
): Promise<Report> {
  if (context.cacheFolder === undefined) return work()
  const start = performance.now()
  const folder = join(context.cacheFolder, 'answers')
  const asked = `${toolStamp()}\0${question}`
  const state = await fingerprint(context.root, asked, { cacheFolder: context.cacheFolder, instead })
  const file = join(folder, `${state}.json`)
  const known = recall(file)
  if (known) return { ...known, elapsedMs: performance.now() - start }
  const report = await work()
  keep(folder, file, report)
  return report
}

/** Differs when a file differs that an answer could depend on. */
export const treeState = (root: string): Promise<string> => fingerprint(root, '')

/** Changes with every build, so that a new version never repeats what an old one said. */
function toolStamp(): string {
  const own = dirname(dirname(fileURLToPath(import.meta.url)))
  const parts = readdirSync(own, { recursive: true, withFileTypes: true })
  return parts
    .filter((part) => part.isFile() && /\.[jt]s$/.test(part.name))
    .map((part) => statSync(join(part.parentPath, part.name)))
    .map(({ size, mtimeMs }) => `${size}:${mtimeMs}`)
    .join()
}

const sum = (text: string): string => createHash('sha1').update(text).digest('hex')

/** The first line of a kept answer is the checksum of the rest. */
function recall(file: string): Report | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    // Not asked before.
    return undefined
  }
  const body = text.slice(41)
  if (text.slice(0, 40) !== sum(body)) return undefined
  const value: unknown = JSON.parse(body)
  return isReport(value) ? value : undefined
}

/** Enough to tell a report: the checksum has shown that it is what was kept. */
const isReport = (value: unknown): value is Report =>
  typeof value === 'object' &&
  value !== null &&
  'operation' in value &&
  'findings' in value &&
  'coverage' in value

function keep(folder: string, file: string, report: Report): void {
  const body = JSON.stringify(report)
  const part = `${file}.${process.pid}.part`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(part, `${sum(body)}\n${body}`)
    renameSync(part, file)
    const kept = readdirSync(folder).map((name) => ({ name, age: statSync(join(folder, name)).mtimeMs }))
    for (const { name } of kept.sort((a, b) => b.age - a.age).slice(KEPT))
      rmSync(join(folder, name), { force: true })
  } catch {
    // A cache that cannot be written (read-only home, full disk) costs time, nothing else.
    rmSync(part, { force: true })
  }
}
