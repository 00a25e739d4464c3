/** The map for a language model: one line per endpoint, model and convention. */
import type { Endpoint, Model, ProjectMap, Query } from '../core/map.ts'
import { plural } from '../core/wording.ts'
import { type Part, part } from './agent-parts.ts'
import {
  callsText,
  callText,
  columnsOf,
  guardText,
  keyText,
  oneLine,
  ownerText,
  pagesOf,
  place,
  queryMarks,
  queryShape,
  topicText,
  typeText,
  useText,
  withinText,
} from './wording.ts'

/** The whole map, or the pages of what was asked for. */
export function mapParts(map: ProjectMap): Part[] {
  const pages = pagesOf(map)
  const stack = part([oneLine(`stack: ${map.stack.join(', ')}`)], 1, 'more line')
  if (pages && 'model' in pages) return [stack, ...modelParts(pages.model, map)]
  const models = part(map.models.map(modelLine), 2, 'more model')
  if (pages) {
    const lines = pages.endpoints.flatMap((endpoint) => endpointPage(endpoint, map))
    return [stack, part(lines, 6, 'more line'), models]
  }
  const conventions = map.conventions.map((one) => oneLine(`convention ${topicText(one)}: ${one.value}`))
  const policy = (map.policy?.entries ?? []).map((one) =>
    oneLine(`policy ${one.kind} ${one.name}: ${one.effect} (${one.reason})`),
  )
  const calls = `${callsText(map.queries)} (understand --focus <endpoint or model> for those of one)`
  return [
    stack,
    endpointsPart(map.endpoints),
    models,
    part(policy, 1, 'more policy entry'),
    part(conventions, 1, 'more convention'),
    part(map.queries.length > 0 ? [calls] : [], 1, 'more line'),
  ]
}

/** When there is no room for all, those that nothing guards come first, and the rest is counted by path. */
function endpointsPart(endpoints: Endpoint[]): Part {
  const open = (one: Endpoint): boolean => one.guard.level === 'none'
  const ordered = [...endpoints.filter(open), ...endpoints.filter((one) => !open(one))]
  const rest = (kept: number): string => {
    const groups = new Map<string, number>()
    const left = ordered.slice(kept)
    for (const { path, kind } of left) {
      const start = path.startsWith('/') ? (/^(\/api)?\/[^/]*/.exec(path)?.[0] ?? path) : kind
      groups.set(start, (groups.get(start) ?? 0) + 1)
    }
    const most = [...groups].sort((a, b) => b[1] - a[1]).slice(0, 8)
    const named = most.map(([start, count]) => `${start} ${count}`).join(', ')
    const also = groups.size > most.length ? ', …' : ''
    const how = 'without a guard come first; understand --focus <path> for those below a path'
    return oneLine(`${plural(left.length, 'more endpoint')}: ${named}${also} (${how})`)
  }
  return { lines: ordered.map(endpointLine), share: 5, rest }
}

function endpointLine(endpoint: Endpoint): string {
  const facts = [`guard ${guardText(endpoint.guard)}`]
  if (endpoint.validation.length > 0) facts.push(`validation ${endpoint.validation.join(', ')}`)
  if (endpoint.reads.length > 0) facts.push(`reads ${endpoint.reads.join(', ')}`)
  if (endpoint.writes.length > 0) facts.push(`writes ${endpoint.writes.join(', ')}`)
  if (endpoint.unknown.length > 0) facts.push(`unread ${endpoint.unknown.join(', ')}`)
  return oneLine(`endpoint ${endpoint.id} ${place(endpoint.location)}: ${facts.join('; ')}`)
}

function modelLine(model: Model): string {
  return oneLine(
    `model ${model.name} ${place(model.location)}: ${model.role}, belongs to ${ownerText(model)}`,
  )
}

function endpointPage(endpoint: Endpoint, map: ProjectMap): string[] {
  return [
    endpointLine(endpoint),
    ...endpoint.guard.by.map((one) => oneLine(`guard by ${one.name} ${place(one.location)}`)),
    ...endpoint.queries.flatMap(({ query, via }, index) => {
      const found = map.queries[query]
      const steps = via.map((step) => `${place(step.location)} ${step.note}`)
      return found ? [callLine(found, `call ${index + 1}`, steps)] : []
    }),
  ]
}

function modelParts(model: Model, map: ProjectMap): Part[] {
  const fields = columnsOf(model).map((one) =>
    [one.name, typeText(one), keyText(one)].filter((word) => word !== '').join(' '),
  )
  const relations = model.relations.map((one) => {
    const keys = one.keys.length > 0 ? ` by ${one.keys.join(', ')}` : ''
    return `${one.field} ${typeText({ ...one, type: one.model })}${keys}`
  })
  const indexes = model.indexes.map((one) => `(${one.fields.join(', ')}) ${keyText(one) || 'index'}`)
  const own = [
    modelLine(model),
    `table ${model.table}`,
    `fields ${fields.join('; ')}`,
    ...(relations.length > 0 ? [`relations ${relations.join('; ')}`] : []),
    ...(indexes.length > 0 ? [`indexes ${indexes.join('; ')}`] : []),
  ].map(oneLine)
  const endpoints = map.endpoints.map((one) =>
    oneLine(`${useText(one, model.name)} ${one.id} ${place(one.location)}: guard ${guardText(one.guard)}`),
  )
  const queries = map.queries.filter((query) => query.model === model.name)
  const calls = queries.map((query) => callLine(query, 'call', []))
  return [part(own, 3, 'more line'), part(endpoints, 2, 'more endpoint'), part(calls, 3, 'more call')]
}

function callLine(query: Query, label: string, via: string[]): string {
  const marks = queryMarks(query).map((mark) => `, ${mark}`)
  const shape = queryShape(query).map(([name, value]) => `; ${name} ${value}`)
  const way = via.length > 0 ? `; via ${via.join(' > ')}` : ''
  const what = `${callText(query)} ${place(query.location)}${withinText(query)}${marks.join('')}`
  return oneLine(`${label}: ${what}${shape.join('')}${way}`)
}
