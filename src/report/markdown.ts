import type { Finding } from '../core/finding.ts'
import type { Endpoint, Model, ProjectMap } from '../core/map.ts'
import type { Report } from '../core/report.ts'
import { guardText, ownerText } from './text.ts'
import { hidden, looked, oneLine, place, printable, tally, visible } from './wording.ts'

export interface MarkdownOptions {
  /** Also show findings that are only possible. */
  all?: boolean
}

/** Above this many arrows a flowchart helps nobody. */
const maxArrows = 80

/** The report for a pull request or a wiki, with Mermaid diagrams for the map. */
export function markdown(report: Report, options: MarkdownOptions = {}): string {
  const { all = false } = options
  const shown = visible(report.findings, all)
  const { explanation } = report
  const blocks = [
    `# ${prose(report.headline)}`,
    shown.length > 0 ? findingsTable(shown) : '',
    ...(explanation?.findings ?? []).map(detail),
    explanation ? printable(explanation.markdown).trim() : '',
    report.map ? mapBlocks(report.map) : '',
    problems(report),
    lastLine(report, shown, all),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function findingsTable(shown: Finding[]): string {
  return table(
    ['severity', 'where', 'found', 'why', 'do', 'fault'],
    shown.map((finding) => [
      finding.certainty === 'likely' ? finding.severity : `${finding.severity} (${finding.certainty})`,
      code(place(finding.location)),
      prose(finding.found),
      prose(finding.why),
      prose(finding.remedy),
      `${code(finding.fault)} ${code(finding.id)}`,
    ]),
  )
}

function detail(finding: Finding): string {
  const steps = finding.evidence.flatMap((evidence) =>
    evidence.steps.map((step, index) => `${index + 1}. ${code(place(step.location))} ${prose(step.note)}`),
  )
  return [
    `## ${prose(finding.subject)}`,
    '',
    `- **found** ${prose(finding.found)}`,
    `- **why** ${prose(finding.why)}`,
    `- **do** ${prose(finding.remedy)}`,
    ...(steps.length > 0 ? ['', ...steps] : []),
  ].join('\n')
}

function mapBlocks(map: ProjectMap): string {
  const blocks = [prose(map.stack.join(', '))]
  if (map.endpoints.length > 0) {
    blocks.push('## Endpoints', endpointsTable(map.endpoints), flowchart(map.endpoints))
  }
  if (map.models.length > 0) blocks.push('## Models', modelsTable(map.models), diagram(map.models))
  if (map.conventions.length > 0) {
    const rows = map.conventions.map((one) => [
      prose(one.topic),
      prose(one.value),
      one.location ? code(place(one.location)) : '',
    ])
    blocks.push('## Conventions', table(['topic', 'habit', 'at'], rows))
  }
  return blocks.filter((block) => block !== '').join('\n\n')
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

function flowchart(endpoints: Endpoint[]): string {
  const models = new Map<string, string>()
  const nodes: string[] = []
  const arrows: string[] = []
  for (const [index, endpoint] of endpoints.entries()) {
    const names = [...new Set([...endpoint.reads, ...endpoint.writes])]
    if (names.length === 0) continue
    nodes.push(`  e${index}["${label(endpoint.id)}"]`)
    for (const name of names) {
      const node = models.get(name) ?? `m${models.size}`
      models.set(name, node)
      arrows.push(`  e${index} ${endpoint.writes.includes(name) ? '==>' : '-->'} ${node}`)
    }
  }
  if (arrows.length === 0 || arrows.length > maxArrows) return ''
  const modelNodes = [...models].map(([name, node]) => `  ${node}[("${label(name)}")]`)
  const chart = ['flowchart LR', ...nodes, ...modelNodes, ...arrows].join('\n')
  return `Thin arrows read, thick arrows write.\n\n\`\`\`mermaid\n${chart}\n\`\`\``
}

function diagram(models: Model[]): string {
  const names = new Set(models.map((model) => model.name))
  const lines = ['erDiagram']
  for (const model of models) {
    const fields = model.fields.filter((field) => !names.has(field.type))
    const rows = fields.map((field) => {
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
  return `\`\`\`mermaid\n${lines.join('\n')}\n\`\`\``
}

function problems(report: Report): string {
  if (report.problems.length === 0) return ''
  const lines = report.problems.map(
    (one) =>
      `- ${one.effect === 'fatal' ? '**could not look** ' : ''}${code(one.where)}: ${prose(one.message)}`,
  )
  return ['## Problems', '', ...lines].join('\n')
}

function lastLine(report: Report, shown: Finding[], all: boolean): string {
  const parts: string[] = []
  if (report.coverage.faults > 0 && !report.explanation) parts.push(tally(shown))
  const rest = hidden(report.findings, all)
  if (rest) parts.push(rest)
  if (report.coverage.files > 0) parts.push(`read ${looked(report.coverage)}`)
  return parts.length > 0 ? `_${parts.join('; ')}_` : ''
}

function table(header: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell || '-').join(' | ')} |`
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Words of the project as Markdown text: no HTML, no table cell of its own; its backticks stay code. */
function prose(value: string): string {
  return oneLine(value)
    .split(/(`[^`]*`)/)
    .map((part) => (part.length > 1 && part.startsWith('`') ? part : part.replace(/[<>[\]*_\\]/g, escaped)))
    .join('')
    .replace(/\|/g, '\\|')
}

function escaped(char: string): string {
  if (char === '<') return '&lt;'
  if (char === '>') return '&gt;'
  return `\\${char}`
}

function code(value: string): string {
  return `\`${oneLine(value).replace(/`/g, "'").replace(/\|/g, '\\|')}\``
}

/** A quoted Mermaid label. */
function label(value: string): string {
  return oneLine(value).replace(/["<>#;`]/g, (char) => `#${char.charCodeAt(0)};`)
}

/** A bare Mermaid name. */
function word(value: string): string {
  return value.replace(/[^A-Za-z0-9_]/g, '_') || '_'
}
