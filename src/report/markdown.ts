import type { Finding } from '../core/finding.ts'
import type { Endpoint, Model, ProjectMap, Query } from '../core/map.ts'
import type { Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { accessBlocks } from './access.ts'
import { nextBlocks, plannedBlocks, provenBlocks } from './markdown-build.ts'
import { diagnosisBlocks } from './markdown-diagnosis.ts'
import {
  changesBlocks,
  evidenceBlocks,
  matrixBlocks,
  phasesBlock,
  refutedBlocks,
} from './markdown-evidence.ts'
import { explainedFinding, findingsBlocks, pathBlocks } from './markdown-findings.ts'
import { guidanceBlocks } from './markdown-guidance.ts'
import { code, prose, table } from './markdown-text.ts'
import {
  callsText,
  callText,
  columnsOf,
  guardText,
  hidden,
  keyText,
  looked,
  oneLine,
  ownerText,
  pagesOf,
  place,
  printable,
  problemMark,
  queryMarks,
  queryShape,
  tally,
  topicText,
  typeText,
  useText,
  visible,
} from './wording.ts'

export interface MarkdownOptions {
  /** Also show findings that are only possible. */
  all?: boolean
}

/** More problems than this are counted: a comment on a pull request has a limit. */
const mostProblems = 30

/** Above this many arrows a flowchart helps nobody. */
const maxArrows = 80

/** The report for a pull request or a wiki, with Mermaid diagrams for the map. */
export function markdown(report: Report, options: MarkdownOptions = {}): string {
  const { all = false } = options
  const shown = visible(report.findings, all)
  const { explanation } = report
  const blocks = [
    `# ${prose(report.headline)}`,
    ...diagnosisBlocks(report),
    ...findingsBlocks(shown),
    ...evidenceOf(shown),
    ...plannedBlocks(report),
    ...changesBlocks(report.changes ?? []),
    ...provenBlocks(report),
    ...(report.matrix ? matrixBlocks(report.matrix) : []),
    ...accessBlocks(report),
    ...refutedBlocks(report.findings),
    ...(explanation?.findings ?? []).map(explainedFinding),
    ...pathBlocks(explanation?.path),
    explanation ? printable(explanation.markdown).trim() : '',
    ...guidanceBlocks(report.guidance),
    report.map ? mapBlocks(report.map) : '',
    problems(report),
    ...nextBlocks(report),
    phasesBlock(report.phases ?? []),
    lastLine(report, shown, all),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function evidenceOf(shown: readonly Finding[]): string[] {
  const blocks = shown.flatMap(evidenceBlocks)
  return blocks.length > 0 ? ['## Evidence', ...blocks] : []
}

function mapBlocks(map: ProjectMap): string {
  const pages = pagesOf(map)
  const blocks = pages && 'model' in pages ? modelPage(pages.model, map) : [prose(map.stack.join(', '))]
  if (pages && 'endpoints' in pages) {
    blocks.push(...pages.endpoints.flatMap((endpoint) => endpointPage(endpoint, map)))
  } else if (!pages && map.endpoints.length > 0) {
    blocks.push('## Endpoints', endpointsTable(map.endpoints), ...flowcharts(map.endpoints))
  }
  if (map.models.length > 0) blocks.push('## Models', modelsTable(map.models), diagram(map.models))
  if (map.conventions.length > 0) {
    const rows = map.conventions.map((one) => [
      prose(topicText(one)),
      prose(one.value),
      one.location ? code(place(one.location)) : '',
    ])
    blocks.push('## Conventions', table(['topic', 'habit', 'at'], rows))
  }
  if (map.policy && !pages) {
    const rows = map.policy.entries.map((one) => [one.kind, one.name, one.effect, one.reason].map(prose))
    blocks.push(`## Policy (${map.policy.file})`, table(['list', 'entry', 'effect', 'reason'], rows))
  }
  if (!pages && map.queries.length > 0) {
    blocks.push(`${callsText(map.queries)}. \`understand --focus\` with an endpoint or a model shows them.`)
  }
  return blocks.filter((block) => block !== '').join('\n\n')
}

function endpointPage(endpoint: Endpoint, map: ProjectMap): string[] {
  const { guard } = endpoint
  const by = guard.by.map((one) => `${code(one.name)} ${code(place(one.location))}`)
  const level = guard.level === 'none' ? guardText(guard) : guard.level
  const facts = [
    ...(endpoint.method === undefined ? [] : [['method', code(endpoint.method)]]),
    ['path', code(endpoint.path)],
    ['kind', prose(endpoint.kind)],
    ['at', code(place(endpoint.location))],
    ['guard', [guard.proxy === undefined ? prose(level) : guard.level, ...by].join(', ')],
    ...(guard.proxy === undefined ? [] : [['proxy', prose(guard.proxy)]]),
    ['validation', prose(endpoint.validation.join(', '))],
    ['reads', prose(endpoint.reads.join(', '))],
    ['writes', prose(endpoint.writes.join(', '))],
    ...(endpoint.unknown.length > 0 ? [['unread', prose(endpoint.unknown.join(', '))]] : []),
  ]
  const calls = endpoint.queries.flatMap(({ query, via }) => {
    const found = map.queries[query]
    const steps = via.map((step) => `${code(place(step.location))} ${prose(step.note)}`)
    return found ? [callItem(found, steps)] : []
  })
  return [
    `## ${prose(endpoint.id)}`,
    table(['', ''], facts),
    ...(calls.length > 0 ? ['### Prisma calls, in order', calls.join('\n')] : ['It reaches no Prisma call.']),
  ]
}

function modelPage(model: Model, map: ProjectMap): string[] {
  const facts = [
    ['table', code(model.table)],
    ['role', model.role],
    ['belongs to', prose(ownerText(model))],
    ['at', code(place(model.location))],
  ]
  const part = (title: string, header: string[], rows: string[][]): string[] =>
    rows.length > 0 ? [`### ${title}`, table(header, rows)] : []
  const calls = map.queries.filter((query) => query.model === model.name).map((query) => callItem(query, []))
  return [
    `## ${prose(model.name)}`,
    table(['', ''], facts),
    ...part(
      'Fields',
      ['field', 'type', 'key'],
      columnsOf(model).map((one) => [code(one.name), code(typeText(one)), keyText(one)]),
    ),
    ...part(
      'Relations',
      ['field', 'model', 'held by'],
      model.relations.map((one) => [
        code(one.field),
        code(typeText({ ...one, type: one.model })),
        one.keys.length > 0 ? code(one.keys.join(', ')) : 'the other side',
      ]),
    ),
    ...part(
      'Indexes',
      ['fields', 'kind'],
      model.indexes.map((one) => [code(one.fields.join(', ')), keyText(one) || 'index']),
    ),
    ...part(
      'Endpoints',
      ['endpoint', 'use', 'guard', 'at'],
      map.endpoints.map((one) => [
        code(one.id),
        useText(one, model.name),
        prose(guardText(one.guard)),
        code(place(one.location)),
      ]),
    ),
    ...(calls.length > 0 ? ['### Prisma calls', calls.join('\n')] : ['No Prisma call names it.']),
  ]
}

function callItem(query: Query, via: string[]): string {
  const marks = queryMarks(query).map((mark) => `, **${mark}**`)
  return [
    `1. ${code(callText(query))} ${code(place(query.location))}${query.within === 'module' ? '' : ` in ${code(query.within)}`}${marks.join('')}`,
    ...queryShape(query).map(([name, value]) => `   - ${name} ${code(value)}`),
    ...(via.length > 0 ? [`   - via ${via.join(' → ')}`] : []),
  ].join('\n')
}

function endpointsTable(endpoints: Endpoint[]): string {
  return table(
    ['endpoint', 'guard', 'validation', 'reads', 'writes', 'at'],
    endpoints.map((endpoint) => [
      code(endpoint.id),
      prose(guardText(endpoint.guard)),
      prose(endpoint.validation.join(', ')),
      prose(endpoint.reads.join(', ')),
      prose(endpoint.writes.join(', ')),
      code(place(endpoint.location)),
    ]),
  )
}

function modelsTable(models: Model[]): string {
  return table(
    ['model', 'role', 'belongs to', 'at'],
    models.map((model) => [
      code(model.name),
      model.role,
      prose(ownerText(model)),
      code(place(model.location)),
    ]),
  )
}

/** One chart for each part of the application whose chart can be read. */
function flowcharts(endpoints: Endpoint[]): string[] {
  const drawn = endpoints.filter((endpoint) => modelsOf(endpoint).length > 0)
  if (drawn.length === 0) return []
  const charts: string[] = ['Thin arrows read, thick arrows write.']
  const left: string[] = []
  for (const { names, endpoints: group } of packed(groupsOf(drawn, '', 0))) {
    const name =
      names.length > 4 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')
    if (arrowsOf(group) > maxArrows) left.push(`${name} (${plural(arrowsOf(group), 'arrow')})`)
    else charts.push(`${name === '' ? '' : `**${prose(name)}**\n\n`}${flowchart(group)}`)
  }
  if (left.length > 0) charts.push(`Too many arrows to draw: ${prose(left.join(', '))}.`)
  return charts
}

interface Group {
  names: string[]
  endpoints: Endpoint[]
}

/** Divides by one more segment of the path until a chart is small enough, or nothing is left to divide by. */
function groupsOf(endpoints: Endpoint[], name: string, depth: number): Group[] {
  if (arrowsOf(endpoints) <= maxArrows) return [{ names: [name], endpoints }]
  const groups = new Map<string, Endpoint[]>()
  for (const endpoint of endpoints) {
    const start = segmentsOf(endpoint)
      .slice(0, depth + 1)
      .join('/')
    groups.set(start, [...(groups.get(start) ?? []), endpoint])
  }
  if (groups.size === 1 && groups.has(name)) return [{ names: [name], endpoints }]
  return [...groups].flatMap(([start, group]) =>
    start === name ? [{ names: [name], endpoints: group }] : groupsOf(group, start, depth + 1),
  )
}

/** Small neighbours share a chart. */
function packed(groups: Group[]): Group[] {
  const charts: Group[] = []
  for (const group of groups) {
    const last = charts.at(-1)
    if (last && arrowsOf([...last.endpoints, ...group.endpoints]) <= maxArrows) {
      last.names.push(...group.names)
      last.endpoints = [...last.endpoints, ...group.endpoints]
    } else charts.push({ ...group })
  }
  return charts
}

/** Of a URL its segments; of what has none, its kind and the file. */
function segmentsOf({ path, kind, location }: Endpoint): string[] {
  if (path.startsWith('/') && kind !== 'middleware')
    return [`/${path.split('/')[1] ?? ''}`, ...path.split('/').slice(2)]
  return [kind, ...location.file.split('/')]
}

function modelsOf(endpoint: Endpoint): string[] {
  return [...new Set([...endpoint.reads, ...endpoint.writes])]
}

function arrowsOf(endpoints: Endpoint[]): number {
  return endpoints.reduce((sum, endpoint) => sum + modelsOf(endpoint).length, 0)
}

function flowchart(endpoints: Endpoint[]): string {
  const models = new Map<string, string>()
  const nodes: string[] = []
  const arrows: string[] = []
  for (const [index, endpoint] of endpoints.entries()) {
    nodes.push(`  e${index}["${label(endpoint.id)}"]`)
    for (const name of modelsOf(endpoint)) {
      const node = models.get(name) ?? `m${models.size}`
      models.set(name, node)
      arrows.push(`  e${index} ${endpoint.writes.includes(name) ? '==>' : '-->'} ${node}`)
    }
  }
  const modelNodes = [...models].map(([name, node]) => `  ${node}[("${label(name)}")]`)
  const chart = ['flowchart LR', ...nodes, ...modelNodes, ...arrows].join('\n')
  return `\`\`\`mermaid\n${chart}\n\`\`\``
}

function diagram(models: Model[]): string {
  const names = new Set(models.map((model) => model.name))
  const lines = ['erDiagram']
  for (const model of models) {
    const rows = columnsOf(model).map((field) => {
      const key = field.id ? ' PK' : model.relations.some((one) => one.keys.includes(field.name)) ? ' FK' : ''
      return `    ${word(field.type)} ${word(field.name)}${key || (field.unique ? ' UK' : '')}`
    })
    lines.push(...(rows.length > 0 ? [`  ${word(model.name)} {`, ...rows, '  }'] : [`  ${word(model.name)}`]))
  }
  for (const model of models) {
    for (const relation of model.relations) {
      if (relation.keys.length === 0 || !names.has(relation.model)) continue
      const parent = relation.optional ? '|o' : '||'
      const one = relation.keys.every((key) => model.fields.some((f) => f.name === key && (f.unique || f.id)))
      lines.push(
        `  ${word(relation.model)} ${parent}--${one ? 'o|' : 'o{'} ${word(model.name)} : "${label(relation.field)}"`,
      )
    }
  }
  lines.push(...manyToMany(models))
  return `\`\`\`mermaid\n${lines.join('\n')}\n\`\`\``
}

/**
 * Relations that no model holds a key of: a list on both sides. A list whose other side is a single field with a key is
 * the back of that one.
 */
function manyToMany(models: Model[]): string[] {
  const lists = (from: Model, to: Model): string[] => {
    const held = to.relations.filter((one) => one.model === from.name && !one.list && one.keys.length > 0)
    const fields = from.relations.filter((one) => one.model === to.name && one.list && one.keys.length === 0)
    return fields.length > held.length ? fields.map(({ field }) => field) : []
  }
  return models.flatMap((model, index) =>
    models.slice(index).flatMap((other) => {
      const [there, back] = [lists(model, other), lists(other, model)]
      // Of a relation to the model itself, both sides are lists of the same model.
      if (there.length === 0 || back.length === 0) return []
      const name = model === other ? there.join(', ') : `${there.join(', ')} / ${back.join(', ')}`
      return [`  ${word(model.name)} }o--o{ ${word(other.name)} : "${label(name)}"`]
    }),
  )
}

function problems(report: Report): string {
  if (report.problems.length === 0) return ''
  const left = report.problems.length - mostProblems
  const lines = report.problems
    .slice(0, mostProblems)
    .map(
      (one) =>
        `- ${one.effect === 'partial' ? '' : `**${problemMark(one)}** `}${code(one.where)}: ${prose(one.message)}`,
    )
  return ['## Problems', '', ...lines, ...(left > 0 ? [`- and ${left} more`] : [])].join('\n')
}

function lastLine(report: Report, shown: Finding[], all: boolean): string {
  const parts: string[] = []
  if (report.coverage.faults > 0 && !report.explanation && !report.guidance) parts.push(tally(shown))
  const rest = hidden(report.findings, all)
  if (rest) parts.push(rest)
  if (report.coverage.files > 0) parts.push(`read ${looked(report.coverage)}`)
  return parts.length > 0 ? `_${parts.join('; ')}_` : ''
}

/** A quoted Mermaid label. */
function label(value: string): string {
  return oneLine(value).replace(/["<>#;`]/g, (char) => `#${char.charCodeAt(0)};`)
}

/** A bare Mermaid name. */
function word(value: string): string {
  return value.replace(/[^A-Za-z0-9_]/g, '_') || '_'
}
