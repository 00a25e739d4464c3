import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Problem } from '../core/report.ts'

/** Findings that the team has accepted for now, kept in the project's repository. */
export const baselineSchema = z.object({
  version: z.literal(1),
  findings: z.array(z.object({ id: z.string(), fault: z.string(), file: z.string() })),
})

export type Baseline = z.infer<typeof baselineSchema>

export const defaultBaseline = '.backend-engineer/baseline.json'

export const emptyBaseline: Baseline = { version: 1, findings: [] }

/**
 * Reads the baseline. The default file may be missing; one that was named may not.
 * A file that cannot be understood accepts nothing and says so.
 */
export async function readBaseline(
  root: string,
  named: string | undefined,
): Promise<{ baseline: Baseline; problems: Problem[] }> {
  const where = named ?? defaultBaseline
  let text: string
  try {
    text = await readFile(path.resolve(root, where), 'utf8')
  } catch (cause) {
    if (named === undefined && isMissing(cause)) return { baseline: emptyBaseline, problems: [] }
    throw new UserError(
      `The baseline ${where} cannot be read.`,
      'Write it with `backend-engineer review --update-baseline`, or leave out --baseline.',
      { cause },
    )
  }
  const parsed = baselineSchema.safeParse(parseJson(text))
  if (parsed.success) return { baseline: parsed.data, problems: [] }
  const message = 'This is not a baseline, so it accepts no finding. Write it again with --update-baseline.'
  return { baseline: emptyBaseline, problems: [{ where, message, effect: 'partial' }] }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')
}
