import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Report } from '../core/report.ts'
import { type Baseline, baselineSchema, defaultBaseline } from '../operations/baseline.ts'
import { isSelected } from '../operations/run-faults.ts'

/**
 * Writes the findings that a `review --update-baseline` accepted. Entries of faults that the review did not look for
 * (`only`), or whose search stopped, stay. Returns the absolute path of the file.
 */
export async function writeBaseline(
  root: string,
  report: Report,
  options: { file?: string; only: readonly string[] },
): Promise<string> {
  const file = path.resolve(root, options.file ?? defaultBaseline)
  const old = await oldEntries(file)
  const stopped = new Set(report.problems.map((problem) => problem.where))
  const found = new Set(report.findings.map((finding) => finding.id))
  const kept = old.filter(
    (entry) => !found.has(entry.id) && (!isSelected(options.only, entry.fault) || stopped.has(entry.fault)),
  )
  const accepted = report.findings
    .filter((finding) => finding.suppressed?.by === 'baseline')
    .map((finding) => ({ id: finding.id, fault: finding.fault, file: finding.location.file }))
  const findings = [...kept, ...accepted].sort((a, b) => (order(a) < order(b) ? -1 : 1))
  const baseline: Baseline = { version: 1, findings }
  await mkdir(path.dirname(file), { recursive: true })
  const draft = `${file}.${process.pid}.tmp`
  await writeFile(draft, `${JSON.stringify(baseline, null, 2)}\n`)
  await rename(draft, file)
  return file
}

function order(entry: Baseline['findings'][number]): string {
  return [entry.fault, entry.file, entry.id].join('\0')
}

async function oldEntries(file: string): Promise<Baseline['findings']> {
  try {
    const parsed = baselineSchema.safeParse(JSON.parse(await readFile(file, 'utf8')))
    return parsed.success ? parsed.data.findings : []
  } catch {
    return []
  }
}
