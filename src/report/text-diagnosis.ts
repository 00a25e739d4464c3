/** What a terminal shows of `diagnose`. */
import type { ExaminedCause } from '../core/failure.ts'
import type { Report } from '../core/report.ts'
import { isOpen, placeOfBrief, placesText, toldCauses, unknownText, verdictText } from './diagnosis-lines.ts'
import type { Paint, Style } from './paint.ts'
import { oneLine, place, printable } from './wording.ts'
import { wrap } from './wrap.ts'

interface Look {
  paint: Paint
  width: number
}

const styles: Record<ExaminedCause['verdict'], Style> = {
  confirmed: 'red',
  unconfirmed: 'yellow',
  contradicted: 'dim',
}

export function diagnosisText({ diagnosis }: Report, look: Look): string[] {
  if (!diagnosis) return []
  const { error, later, causes } = diagnosis
  const places = placesText(diagnosis)
  const head = [
    field('error', `${error.name === '' ? '' : `${error.name}: `}${error.message}`, look),
    ...(places.length > 0 ? [field('at', places.join(', '), look)] : []),
    ...(later.length > 0
      ? [field('then', `${later.slice(0, 3).join(' · ')}${later.length > 3 ? ' · …' : ''}`, look)]
      : []),
  ].join('\n')
  if (causes.length === 0)
    return [
      head,
      unknownText(diagnosis)
        .map((line) => wrapped(line, 0, look))
        .join('\n'),
    ]
  const { full, brief } = toldCauses(diagnosis)
  const open = isOpen(diagnosis) ? unknownText(diagnosis).map((line) => wrapped(line, 0, look)) : []
  return [head, ...full.map((cause) => causeText(cause, look)), briefText(brief, look), open.join('\n')]
}

function causeText(cause: ExaminedCause, look: Look): string {
  const mark = look.paint(styles[cause.verdict], verdictText[cause.verdict])
  return [
    `${mark} ${look.paint('bold', cause.title)} ${look.paint('dim', cause.id)}`,
    field('why', cause.why, look),
    ...cause.evidence.map(({ location, note }, index) =>
      field(index === 0 ? 'seen' : '', `${place(location)} ${note}`, look),
    ),
    ...cause.cure.flatMap(({ what, code }, index) => [
      field(index === 0 ? 'do' : '', `${cause.cure.length > 1 ? `${index + 1}. ` : ''}${what}`, look),
      ...(code === undefined ? [] : [block(code)]),
    ]),
    ...cause.check.map((check, index) => field(index === 0 ? 'check' : '', check, look)),
    ...(cause.fault === undefined
      ? []
      : [field('fault', `${cause.fault} (\`explain ${cause.fault}\`)`, look)]),
    ...cause.references.slice(0, 2).map((url, index) => field(index === 0 ? 'read' : '', url, look)),
  ].join('\n')
}

function briefText(causes: readonly ExaminedCause[], look: Look): string {
  if (causes.length === 0) return ''
  const lines = causes.map((cause) => {
    const told = `${verdictText[cause.verdict]} ${cause.title}${placeOfBrief(cause)}: ${oneLine(cause.why)}`
    return wrapped(told, 2, look)
  })
  return [look.paint('bold', 'Other causes of the same text'), ...lines].join('\n')
}

const block = (code: string): string =>
  printable(code)
    .trimEnd()
    .split('\n')
    .map((line) => `          ${line}`)
    .join('\n')

function field(name: string, value: string, { paint, width }: Look): string {
  return `  ${paint('dim', name.padEnd(5))} ${wrap(oneLine(value), width - 8).join('\n        ')}`
}

const wrapped = (text: string, hang: number, { width }: Look): string =>
  wrap(oneLine(text), width - 2, { hang })
    .map((line) => `  ${line}`)
    .join('\n')
