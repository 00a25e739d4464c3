/** What a change writes, in the words of the project's own formatter. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { editsBetween } from '../changes/edits.ts'
import type { Change } from '../core/change.ts'
import type { Check } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { type Formatted, formatInPlace } from '../runtime/app/formatter.ts'
import { toolEnvironment } from '../runtime/app/tools.ts'
import type { Draft } from './draft.ts'
import { copyIn } from './write-change.ts'

/**
 * Formats the files of the change where they stand in the draft, and gives the change that has them so. A file that was
 * there before is formatted only when it already was: nobody asked for the rest of it to change.
 */
export async function formatDraft(
  draft: Draft,
  change: Change,
  formatter: string,
  signal?: AbortSignal,
): Promise<{ change: Change; check: Check }> {
  const began = performance.now()
  const told = (verdict: Check['verdict'], why: string, log?: string) => ({
    name: formatter === 'none' ? 'formatter' : formatter,
    verdict,
    why,
    ms: Math.round(performance.now() - began),
    ...(log === undefined ? {} : { log: log.replaceAll(`${draft.staged.top}/`, '') }),
  })
  if (formatter === 'none') return { change, check: told('skipped', 'The project has no formatter.') }
  const { staged, written } = draft
  const env = await toolEnvironment(staged)
  const format = (files: readonly string[]): Promise<Formatted> =>
    formatInPlace(staged, formatter, files, env, signal)
  const created = change.creates.map(({ file }) => file)
  const present = [...new Set(change.edits.map(({ file }) => file))]

  const old = await copyIn(staged.root, new Map(present.map((file) => [file, written.before(file)])))
  const first = present.length > 0 ? await format(present) : undefined
  const kept: string[] = []
  for (const file of present) if ((await textOf(staged.root, file)) === written.before(file)) kept.push(file)
  await old.takeBack()
  const files = [...created, ...(first?.done === false ? [] : kept)]
  const done = await format(files)
  if (!done.done) {
    await written.putAgain()
    return { change, check: told('skipped', `Its formatter could not be run: ${done.why}`, done.log) }
  }
  const texts = new Map<string, string>()
  for (const file of files) texts.set(file, await textOf(staged.root, file))
  await written.revise(texts)
  const formatted = withTexts(change, texts, written.before)
  const others = present.length - kept.length
  const why = `${plural(files.length, 'file')} as ${formatter} writes them${others > 0 ? `; ${plural(others, 'edited file')} did not follow it before` : ''}.`
  return { change: formatted, check: told('passed', why) }
}

async function textOf(root: string, file: string): Promise<string> {
  return readFile(join(root, file), 'utf8')
}

/** The same change, with these texts as its outcome. */
function withTexts(
  change: Change,
  texts: ReadonlyMap<string, string>,
  before: (file: string) => string | undefined,
): Change {
  const edited = [...new Set(change.edits.map(({ file }) => file))].filter((file) => texts.has(file))
  return {
    ...change,
    creates: change.creates.map(({ file, text }) => ({ file, text: texts.get(file) ?? text })),
    edits: [
      ...change.edits.filter(({ file }) => !edited.includes(file)),
      ...edited.flatMap((file) => editsBetween(file, before(file) ?? '', texts.get(file) ?? '')),
    ],
  }
}
