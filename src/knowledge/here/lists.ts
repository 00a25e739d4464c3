/** Lists: which have no limit, how they are sorted, and which index would serve them. */
import type { Fact } from '../../core/guidance.ts'
import type { Query } from '../../core/map.ts'
import type { Entity } from '../../project/data-model.ts'
import { type About, callsOf, type Facts, some } from './about.ts'

export const lists: Facts = (about) => {
  const calls = inEndpoint(about, callsOf(about, /^findMany$/)).filter((one) => one.model !== undefined)
  const open = calls.filter((one) => one.take === undefined && !pagesElsewhere(about, one))
  const paged = calls.filter((one) => !open.includes(one))
  return [
    ...some(open.map(openList), 'list'),
    ...(about.subject.named ? some(paged.map(pagedList), 'list') : []),
    ...pagingOf(about, paged),
    ...indexFacts(about, [...open, ...paged]),
  ]
}

/** Where an endpoint was named, its own calls. */
function inEndpoint({ project, subject }: About, calls: Query[]): Query[] {
  if (!subject.named || !subject.endpoint) return calls
  const own = new Set(subject.endpoint.queries.map(({ query }) => project.map.queries[query]))
  const kept = calls.filter((one) => own.has(one))
  return kept.length > 0 ? kept : calls
}

const openList = (call: Query): Fact => ({
  text: `\`${call.model}.findMany\` has no \`take\`: it answers with every row${call.orderBy === undefined ? ', in no fixed sequence (no `orderBy`)' : `, sorted by \`${sorted(call)}\``}.${otherSort(call)}`,
  at: call.location,
})

const pagedList = (call: Query): Fact => ({
  text: `\`${call.model}.findMany\` has a limit.${otherSort(call)}`,
  at: call.location,
})

/** The code of the playbook goes by the time of creation, newest first. */
function otherSort(call: Query): string {
  const [, column, way] = /(\w+): ['"]?(asc|desc)/.exec(call.orderBy ?? '') ?? []
  if (column === undefined || /creat/i.test(column)) return ''
  const turned = way === 'asc' ? ', with `gte`, `lte` and `asc`' : ''
  return ` It is sorted by \`${column}\`: in the code below, that takes the place of the time${turned}.`
}

const sorted = ({ orderBy = '' }: Query): string => orderBy.replaceAll('"', "'")

/** The limit may come out of a spread: `...readPage(params)`. */
function pagesElsewhere({ project }: About, call: Query): boolean {
  return project.runs.some((run) =>
    run.events.some(
      (event) =>
        event.k === 'access' &&
        event.location.file === call.location.file &&
        event.location.line === call.location.line &&
        event.args.shape?.k === 'object' &&
        (event.args.shape.fields.has('take') || (event.args.shape.open ?? []).length > 0),
    ),
  )
}

/** What lists with a limit do: by offset or by cursor. */
function pagingOf(about: About, paged: Query[]): Fact[] {
  if (paged.length === 0) return []
  const helpers = about.project.code.flatMap((file) => {
    const text = about.project.sourceText(file) ?? ''
    const line = text.split('\n').findIndex((one) => /\bskip:/.test(one)) + 1
    return line > 0 ? [{ file, line, column: 1 }] : []
  })
  const [first] = helpers
  return first ? [{ text: 'The lists with a limit page by offset: `skip` is made here.', at: first }] : []
}

/** Which index a list sorted within its owner needs, and whether it is there. */
function indexFacts(about: About, calls: Query[]): Fact[] {
  const seen = new Set<string>()
  return calls.flatMap((call) => {
    const entity = call.model === undefined ? undefined : about.project.entity(call.model)
    const wanted = entity && indexFor(entity, call)
    if (!entity || !wanted || seen.has(`${entity.name} ${wanted.join()}`)) return []
    seen.add(`${entity.name} ${wanted.join()}`)
    if (!about.subject.named && entity !== about.subject.entity) return []
    return [indexFact(entity, wanted)]
  })
}

/** Equality columns of `where`, then the column of `orderBy`, then the id that breaks ties. */
function indexFor(entity: Entity, call: Query): string[] | undefined {
  const columns = new Set(entity.fields.filter(({ relation }) => !relation).map(({ name }) => name))
  const fixed = [...(call.where ?? '').matchAll(/(?<=[{,] )(\w+)(?=: (?!\{))/g)].map(([, name = '']) => name)
  const order = /(\w+): ['"]?(?:asc|desc)/.exec(call.orderBy ?? '')?.[1]
  const id = entity.fields.find((field) => field.id)?.name
  if (order === undefined || !columns.has(order)) return undefined
  const keys = [...fixed.filter((name) => columns.has(name) && name !== order), order]
  return id === undefined || keys.includes(id) ? keys : [...keys, id]
}

function indexFact(entity: Entity, wanted: string[]): Fact {
  const text = wanted.join(', ')
  const covers = (size: number) =>
    entity.indexes.find(({ fields }) => wanted.slice(0, size).every((name, at) => fields[at]?.name === name))
  const whole = covers(wanted.length)
  if (whole) return { text: `\`@@index([${text}])\` serves it and is there.`, at: whole.location }
  const part = covers(wanted.length - 1)
  if (part && wanted.length > 1)
    return {
      text: `\`${part.text}\` of ${entity.name} serves the sorting, but lacks the column that breaks ties: \`@@index([${text}])\` in its place.`,
      at: part.location,
    }
  return {
    text: `No index of ${entity.name} serves it: \`@@index([${text}])\` is missing.`,
    at: entity.location,
  }
}
