/** What a terminal shows of one endpoint or one model: `understand --focus`. */
import type { Endpoint, Model, ProjectMap, Query } from '../core/map.ts'
import type { Paint } from './paint.ts'
import { table } from './table.ts'
import {
  callText,
  columnsOf,
  guardText,
  keyText,
  oneLine,
  ownerText,
  place,
  queryMarks,
  queryShape,
  typeText,
  useText,
  withinText,
} from './wording.ts'
import { wrap } from './wrap.ts'

interface Look {
  paint: Paint
  width: number
}

export function endpointPage(endpoint: Endpoint, map: ProjectMap, look: Look): string {
  const { guard } = endpoint
  const facts = [
    ...(endpoint.method === undefined ? [] : [fact('method', [endpoint.method], look)]),
    fact('path', [endpoint.path], look),
    fact('kind', [endpoint.kind], look),
    fact('at', [place(endpoint.location)], look),
    fact(
      'guard',
      [
        guard.proxy === undefined ? guardLevel(endpoint) : guard.level,
        ...guard.by.map((one) => `${one.name}  ${place(one.location)}`),
      ],
      look,
    ),
    ...(guard.proxy === undefined ? [] : [fact('proxy', [guard.proxy], look)]),
    fact('validation', [endpoint.validation.join(', ') || '-'], look),
    fact('reads', [endpoint.reads.join(', ') || '-'], look),
    fact('writes', [endpoint.writes.join(', ') || '-'], look),
    ...(endpoint.unknown.length > 0 ? [fact('unread', endpoint.unknown, look)] : []),
  ]
  const calls = endpoint.queries.flatMap(({ query, via }, index) => {
    const found = map.queries[query]
    if (!found) return []
    const steps = via.map((step) => `${place(step.location)} ${step.note}`)
    return [callLines(found, index + 1, steps, look)]
  })
  const title = look.paint('bold', wrap(oneLine(endpoint.id), look.width, { hang: 2 }).join('\n'))
  const heading = calls.length > 0 ? 'Prisma calls, in order' : 'It reaches no Prisma call.'
  return [`${title}\n${facts.join('\n')}`, look.paint('bold', heading), ...calls].join('\n\n')
}

const guardLevel = ({ guard }: Endpoint): string => (guard.level === 'none' ? guardText(guard) : guard.level)

export function modelPage(model: Model, map: ProjectMap, look: Look): string {
  const { paint } = look
  const part = (title: string, header: string[], rows: string[][]): string[] =>
    rows.length > 0 ? [`${paint('bold', title)}\n${table(header, rows, look)}`] : []
  const facts = [
    fact('table', [model.table], look),
    fact('role', [model.role], look),
    fact('belongs to', [ownerText(model)], look),
    fact('at', [place(model.location)], look),
  ]
  const queries = map.queries.filter((query) => query.model === model.name)
  return [
    `${paint('bold', oneLine(model.name))}\n${facts.join('\n')}`,
    ...part(
      'Fields',
      ['field', 'type', 'key'],
      columnsOf(model).map((field) => [field.name, typeText(field), keyText(field)]),
    ),
    ...part(
      'Relations',
      ['field', 'model', 'held by'],
      model.relations.map((one) => [
        one.field,
        typeText({ ...one, type: one.model }),
        one.keys.join(', ') || 'the other side',
      ]),
    ),
    ...part(
      'Indexes',
      ['fields', 'kind'],
      model.indexes.map((one) => [one.fields.join(', '), keyText(one) || 'index']),
    ),
    ...part(
      'Endpoints',
      ['endpoint', 'use', 'guard', 'at'],
      map.endpoints.map((one) => [
        one.id,
        useText(one, model.name),
        guardText(one.guard),
        place(one.location),
      ]),
    ),
    paint('bold', queries.length > 0 ? 'Prisma calls' : 'No Prisma call names it.'),
    ...queries.map((query, index) => callLines(query, index + 1, [], look)),
  ].join('\n\n')
}

function fact(name: string, values: string[], { paint, width }: Look): string {
  const lines = values.flatMap((value) => wrap(oneLine(value), width - 14, { hang: 2 }))
  return `  ${paint('dim', name.padEnd(11))} ${lines.join(`\n${' '.repeat(14)}`)}`
}

function callLines(query: Query, number: number, via: string[], { paint, width }: Look): string {
  const marks = queryMarks(query)
  const call = oneLine(callText(query))
  const head = wrap(oneLine(`${call} ${place(query.location)}${withinText(query)}`), width - 6, { hang: 2 })
  const lines = head.map((line, index) =>
    index === 0 && line.startsWith(call) ? paint('bold', call) + line.slice(call.length) : line,
  )
  if (marks.length > 0) lines.push(paint('yellow', marks.join(', ')))
  const detail = (name: string, values: string[]): void => {
    const wrapped = values.flatMap((value) => wrap(oneLine(value), width - 15, { hang: 2 }))
    lines.push(`${paint('dim', name.padEnd(8))} ${wrapped.join(`\n${' '.repeat(15)}`)}`)
  }
  for (const [name, value] of queryShape(query)) detail(name, [value])
  if (via.length > 0) detail('via', via)
  return `${String(number).padStart(4)}  ${lines.join('\n      ')}`
}
