/** From a finding to the code that a fixer edits. */
import { edited, sorted } from '../changes/edits.ts'
import { offsetOf } from '../changes/layout.ts'
import { openSource, type SourceFile } from '../changes/source-file.ts'
import type { Edit } from '../core/change.ts'
import type { Location } from '../core/finding.ts'
import type { Entity } from '../project/data-model.ts'
import type { Access } from '../project/flow/events.ts'
import type { Run } from '../project/project.ts'
import type { Repair } from '../proof/fixer.ts'
import { readSyntax } from '../source/read-syntax.ts'
import type { CallShape, Member, ObjectShape, Range } from '../source/shape.ts'
import type { Syntax } from '../source/syntax.ts'

/** A place in a file that can be edited. */
export interface Place {
  source: SourceFile
  syntax: Syntax
  at: number
}

/** `undefined` when the file cannot be read. */
export function placeAt(
  { project, read }: Pick<Repair, 'project' | 'read'>,
  location: Location,
): Place | undefined {
  const text = read(location.file)
  const source = text === undefined ? undefined : openSource(location.file, text)
  const syntax = project.program.syntax(location.file)
  return source && syntax && { source, syntax, at: offsetOf(source.text, location) }
}

/** A call of the Prisma client, as it is written. */
export interface QuerySite extends Place {
  call: CallShape
  /** Absent when the arguments are not written at the call. */
  args?: ObjectShape
}

export function querySite(
  repair: Pick<Repair, 'project' | 'read'>,
  access: Pick<Access, 'location' | 'operation'>,
): QuerySite | undefined {
  const place = placeAt(repair, access.location)
  return place && callAt(place, access.operation)
}

function callAt(place: Place, operation: string): QuerySite | undefined {
  const { source, at } = place
  const calls = source.shape.callsIn({ start: at, end: source.text.length })
  const call = calls.find((one) => one.start === at && one.name === operation)
  if (!call) return undefined
  const args = call.args[0] && source.shape.object(call.args[0].start)
  return { ...place, call, ...(args ? { args } : {}) }
}

/** The query as it is written after edits of its file, which leave the call itself alone. */
export function siteAfter(site: QuerySite, edits: readonly Edit[]): QuerySite | undefined {
  const { file } = site.source
  const own = edits.filter((one) => one.file === file)
  const source = openSource(file, edited(site.source.text, own))
  const at = shifted(own, site.at)
  if (!source) return undefined
  return callAt({ source, syntax: readSyntax(file, source.text), at }, site.call.name)
}

const shifted = (edits: readonly Edit[], at: number): number =>
  at +
  edits.filter((one) => one.to <= at).reduce((sum, one) => sum + one.text.length - (one.to - one.from), 0)

/** Edits of the text after others, as edits of the text before; `undefined` when they touch what those wrote. */
export function beforeEdits(first: readonly Edit[], then: readonly Edit[]): Edit[] | undefined {
  const result: Edit[] = []
  for (const edit of then) {
    let delta = 0
    for (const one of sorted(first.filter(({ file }) => file === edit.file))) {
      const start = one.from + delta
      const end = start + one.text.length
      if (edit.to < start || (edit.to === start && edit.from < start)) break
      if (edit.from < end) return undefined
      delta += one.text.length - (one.to - one.from)
    }
    result.push({ ...edit, from: edit.from - delta, to: edit.to - delta })
  }
  return result
}

/** An object literal that is a member of another one. */
export function part(
  source: SourceFile,
  object: ObjectShape | undefined,
  key: string,
): ObjectShape | undefined {
  const member = memberOf(object, key)
  return member && source.shape.object(member.value.start)
}

export const memberOf = (object: ObjectShape | undefined, key: string): Member | undefined =>
  object?.members.find((one) => one.key === key)

export const textOf = (source: SourceFile, { start, end }: Range): string => source.text.slice(start, end)

/** The run and the query that a finding is about: at the place, at a call that leads there, or at the end of the trace. */
export function accessOf(
  { project, finding }: Repair,
  fits: (access: Access) => boolean = () => true,
): { run: Run; access: Access; entity: Entity } | undefined {
  const places: Location[] = [finding.location]
  for (const one of finding.evidence)
    if (one.kind === 'trace' && one.steps.length > 0)
      places.unshift(...one.steps.slice(-1).map((step) => step.location))
  const runs = project.runs.toSorted(
    (a, b) => Number(b.label === finding.endpoint) - Number(a.label === finding.endpoint),
  )
  for (const place of places)
    for (const run of runs)
      for (const event of run.events) {
        if (event.k !== 'access' || !samePlace(event.location, place) || !fits(event)) continue
        const entity = project.entity(event.model)
        if (entity) return { run, access: event, entity }
      }
  return undefined
}

const samePlace = (a: Location, b: Location): boolean =>
  a.file === b.file && a.line === b.line && a.column === b.column

/** Code of the project as `inStyle` wants it: two spaces, single quotes, no semicolons, no margin. */
export function plainCode(source: SourceFile, range: Range): string {
  const { text, style, shape } = source
  const margin = /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', range.start - 1) + 1))?.[0] ?? ''
  const changes = [
    ...shape
      .strings()
      .filter((one) => !one.inJsx && !/['"\\]/.test(text.slice(one.start + 1, one.end - 1)))
      .map((one) => ({ ...one, text: `'${text.slice(one.start + 1, one.end - 1)}'` })),
    ...shape
      .statements()
      .filter((one) => one.ends && text[one.end - 1] === ';')
      .map((one) => ({ start: one.end - 1, end: one.end, text: '' })),
  ].filter((one) => one.start >= range.start && one.end <= range.end)
  let code = ''
  let at = range.start
  for (const one of changes.sort((a, b) => a.start - b.start)) {
    code += text.slice(at, one.start) + one.text
    at = one.end
  }
  code += text.slice(at, range.end)
  return code
    .split('\n')
    .map((line, index) => {
      if (index === 0) return line.trimEnd()
      const own = line.startsWith(margin) ? line.slice(margin.length) : line.trimStart()
      const steps = /^[ \t]*/.exec(own)?.[0] ?? ''
      return '  '.repeat(Math.floor(steps.length / style.indent.length)) + own.trim()
    })
    .join('\n')
}
