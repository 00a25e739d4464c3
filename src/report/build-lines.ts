/** What `build` decided and saw, in words that all renderings share. */
import type { AttackResult, Check, Report } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { durationText } from './evidence.ts'
import { place } from './wording.ts'

/** One row of a table: what it is about, what it came to, and why. */
export interface Row {
  about: string
  what: string
  why: string
}

export const decisionRows = ({ decisions = [] }: Report): Row[] =>
  decisions.map(({ about, choice, because, seen }) => ({
    about,
    what: choice,
    why: `${because}${seen ? ` Seen at ${place(seen)}.` : ''}`,
  }))

/** The answer that was taken, and what else could have been. */
export const questionRows = ({ questions = [] }: Report): Row[] =>
  questions.map(({ input, text, choices, answer, by }) => {
    const means = choices.find(({ value }) => value === answer)?.means
    const others = choices.filter(({ value }) => value !== answer)
    const how = others.map(({ value, means: other }) => `--set ${input}=${value} (${other})`).join(', ')
    return {
      about: text,
      what: `${answer}${means === undefined ? '' : ` (${means})`}${by === 'default' ? ', by default' : ''}`,
      why: how === '' ? `Another answer: --set ${input}=…` : `Else: ${how}`,
    }
  })

/** What the project has afterwards. */
export function addedRows({ adds, packages = [] }: Report): Row[] {
  return [
    ...(adds?.endpoints ?? []).map((one) => ({ about: 'endpoint', what: one, why: '' })),
    ...packages.map(({ name, range, dev, why }) => ({
      about: dev ? 'package (dev)' : 'package',
      what: `${name}@${range}`,
      why,
    })),
    ...(adds?.variables ?? []).map(({ name, why, secret }) => ({
      about: secret ? 'variable (secret)' : 'variable',
      what: name,
      why,
    })),
    ...(adds?.proposals ?? []).map((one) => ({ about: 'left to you', what: one, why: '' })),
  ]
}

export const checkRows = ({ checks = [] }: Report): (Row & { check: Check })[] =>
  checks.map((check) => ({
    about: check.verdict,
    what: check.name,
    why: `${check.why}${check.ms >= 100 ? ` ${durationText(check.ms)}` : ''}`,
    check,
  }))

const attackOrder: AttackResult['verdict'][] = ['broken', 'inconclusive', 'withstood', 'not applicable']

/** Those that were not withstood first. */
export const orderedAttacks = ({ attacks = [] }: Report): AttackResult[] =>
  [...attacks].sort((a, b) => attackOrder.indexOf(a.verdict) - attackOrder.indexOf(b.verdict))

export const attackRows = (report: Report): (Row & { attack: AttackResult })[] =>
  orderedAttacks(report).map((attack) => ({
    about: attack.verdict,
    what: attack.title,
    why: `${attack.why} (${[attack.id, ...attack.requirements].join(', ')})`,
    attack,
  }))

/** `24 attacks: 22 withstood, 2 not applicable` */
export function attackTally(report: Report): string {
  const { attacks = [] } = report
  const parts = attackOrder.flatMap((verdict) => {
    const count = attacks.filter((one) => one.verdict === verdict).length
    return count === 0 ? [] : [`${count} ${verdict}`]
  })
  return `${plural(attacks.length, 'attack')}: ${parts.join(', ')}`
}

export const nextRows = ({ next = [] }: Report): Row[] =>
  next.map(({ command, why }) => ({ about: '', what: command, why }))
