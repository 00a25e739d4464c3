/** The rules that a project has written down for people and for agents. */
import type { Convention } from '../../core/map.ts'
import { type Sources, shallowFirst } from './sources.ts'

const maxRules = 60

const ruleFile =
  /(?:^|\/)(?:CLAUDE|AGENTS|CONTRIBUTING)\.md$|(?:^|\/)\.(?:cursorrules|windsurfrules|clinerules)$|(?:^|\/)\.cursor\/rules\/.+\.mdc?$|^\.github\/copilot-instructions\.md$/i
/** Instructions for tools, and documents of others: no habits of this project. */
const foreign = /(?:^|\/)(?:skills|vendor|vendored|third[_-]party|node_modules|ISSUE_TEMPLATE)\//i

const contributing = /CONTRIBUTING\.md$/i
/** How to report something, as in a template for issues. */
const aboutIssues = /\b(?:issues?|bug reports?|feature requests?|discussions?)\b/i

/** At the start of a bullet. */
const verb =
  /^(?:(?:please|always|never|must|do not|don['’]t|avoid|use|prefer|keep|ensure|make sure|validate|write|put|place|store|return|throw|handle|name|follow|import|wrap|require|limit|only|no)\b)/i
/** At the start of a sentence or a cell, where other verbs tell a story. */
const strongVerb = /^(?:please )?(?:always|never|must|do not|don['’]t|avoid|use|prefer)\b/i
/** "The cache never expires" and "workers do not start" tell; "never cache it" at the start of a clause demands. */
const demand =
  /(?:^|[,;:.(—–*]\s*|\s-\s|\b(?:and|or|please)\s+)(?:never|always|do not|don['’]t)\s+(?!\w*[^s\W]s\b)[\w`]|\bmust\b|\bwe (?:do not|don['’]t|never|always) use\b/i
const should = /\bshould(?: not|n['’]t)?\b/i
const checkable =
  /`any`|\bany\b(?= types?\b|[.,;]?$)|\b(?:no|avoid|never use|use of) any\b|\bas any\b|console\.|\bzod\b|\bvalidat|\bauth(?:enticat|oriz|\b)|\bsessions?\b|\bpermissions?\b|\bprisma\b|\bselect\b|\btransactions?\b|\braw (?:sql|quer)|\$queryraw|\bpaginat|\bcursor-based\b|\bindex(?:es)?\b(?!\.)|\benv\b|environment variable|process\.env|\bN\+1\b/i

interface Passage {
  text: string
  line: number
  column: number
  kind: 'bullet' | 'prose' | 'cell'
}

export function* rules({ files, read }: Sources): Generator<Convention> {
  const seen = new Set<string>()
  const ruleFiles = files.filter((file) => ruleFile.test(file) && !foreign.test(file))
  for (const file of ruleFiles.sort(shallowFirst)) {
    for (const { text, line, column, kind } of passages(read(file) ?? '')) {
      const value = text.replace(/\*\*|__/g, '').trim()
      if (!isRule(value, kind) || seen.has(value) || (contributing.test(file) && aboutIssues.test(value)))
        continue
      seen.add(value)
      yield {
        topic: 'rule',
        value: value.length > 300 ? `${value.slice(0, 299)}…` : value,
        location: { file, line, column },
        ...(checkable.test(value) && { checkable: true }),
      }
      if (seen.size >= maxRules) return
    }
  }
}

function isRule(value: string, kind: Passage['kind']): boolean {
  const words = value
    .replace(/!?\[[^\]]*\]\([^)]*\)|<[^>]+>|https?:\S+/g, '')
    .replace(/[^\p{L}]+/gu, ' ')
    .trim()
  // A link with a word before it is a pointer, not a rule; a question is none either.
  if (value.length < 8 || words.split(' ').length < 2 || /\?$/.test(value)) return false
  const core = value.replace(/^[^\p{L}`]+/u, '').replace(/^[\w /&-]{2,30}:\s+/, '')
  if (kind === 'bullet') return verb.test(core) || demand.test(core) || should.test(core)
  return strongVerb.test(core) || demand.test(core)
}

/** Bullets, sentences of paragraphs, and the cells of tables; no headings, code, comments or front matter. */
function* passages(text: string): Generator<Passage> {
  const rows = text.replace(/\r/g, '').split('\n')
  let open: { text: string; line: number }[] = []
  let fenced = false
  let comment = false
  let matter = rows[0]?.trim() === '---'
  const sentences = function* (): Generator<Passage> {
    yield* sentencesOf(open)
    open = []
  }
  for (const [index, row] of rows.entries()) {
    const line = index + 1
    if (matter) {
      if (index > 0 && row.trim() === '---') matter = false
      continue
    }
    if (!fenced && /<!--/.test(row)) comment = true
    const hidden = comment
    if (/-->/.test(row)) comment = false
    if (/^\s*(?:```|~~~)/.test(row)) {
      fenced = !fenced
      yield* sentences()
      continue
    }
    if (fenced || hidden) continue
    const bullet = /^(\s*(?:[-*+]|\d+[.)])\s+)(?:\[[ x]\]\s+)?(.+)$/.exec(row)
    if (bullet !== null) {
      yield* sentences()
      yield { text: bullet[2] ?? '', line, column: (bullet[1] ?? '').length + 1, kind: 'bullet' }
    } else if (/^\s*\|/.test(row)) {
      yield* sentences()
      const cell = row
        .split('|')
        .map((one) => one.trim())
        .find((one) => isRule(one.replace(/\*\*|__/g, ''), 'cell'))
      if (cell !== undefined) yield { text: cell, line, column: row.indexOf(cell) + 1, kind: 'cell' }
    } else if (/^\s*(?:#|$|<)/.test(row) || /^\s{4,}\S/.test(row)) yield* sentences()
    else open.push({ text: row.replace(/^[\s>]+/, ''), line })
  }
  yield* sentences()
}

/** A paragraph's sentences; a dot within code, a version or an abbreviation ends none. */
function* sentencesOf(rows: { text: string; line: number }[]): Generator<Passage> {
  const whole = rows.map((row) => row.text).join('\n')
  let start = 0
  const ends = [...whole.matchAll(/(?<!\b(?:e\.g|i\.e|etc|vs))[.!?:](?=\s+[\p{Lu}`*])/gu)].map(
    (match) => match.index + 1,
  )
  for (const end of [...ends, whole.length]) {
    const before = whole.slice(0, start + (whole.slice(start).search(/\S/) || 0))
    const text = whole.slice(start, end).replaceAll('\n', ' ').trim()
    start = end
    // What ends in a colon leads to a list or to code, which says it.
    if (text === '' || text.endsWith(':')) continue
    const offset = before.split('\n')
    const line = (rows[0]?.line ?? 1) + offset.length - 1
    yield { text, line, column: (offset.at(-1) ?? '').length + 1, kind: 'prose' }
  }
}
