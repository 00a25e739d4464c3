/** Tests that differ in one value of the input, as tables. */
import { ownerOf } from './effects.ts'
import type { Case } from './judge.ts'
import { whereOf } from './probes.ts'
import { quoted } from './text.ts'
import { told } from './values.ts'
import { columns, failure, objectOf, refusal, success, type Writing } from './writing.ts'

/** Refusals that are alike, as a table. */
export function table(w: Writing, part: Part, cases: readonly Case[]): string[] {
  const groups = new Map<string, Case[]>()
  for (const one of cases) {
    const key = `${failure(one).key} ${names(one)}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].map((group) => {
    const [first] = group
    if (!first) return ''
    return group.length === 1
      ? refusal(w, `refuses ${first.probe.what}${WHERE[part]}`, first)
      : refusals(w, part, group, first)
  })
}

type Part = 'params' | 'query' | 'body'

const WHERE: Record<Part, string> = { params: ' in the path', query: ' in the query', body: '' }
const TYPE: Record<Part, string> = {
  params: 'Record<string, string>',
  query: 'Record<string, string | undefined>',
  body: 'Record<string, unknown>',
}

/** What a probe changes of one part of the input. */
const changeOf = ({ probe }: Case): string => /^\{ \w+: (.*) \}$/s.exec(probe.call)?.[1] ?? '{}'

function refusals(w: Writing, part: Part, group: readonly Case[], first: Case): string {
  const { needs, actual, expected } = failure(first)
  const keeps = w.kept.length > 0
  const named = names(first)
  const own = group.some((one) => /\bnorth\./.test(changeOf(one)))
  const rows = group.map((one) => {
    const change = own ? `(north: Party) => (${changeOf(one)})` : changeOf(one)
    return `[${[quoted(one.probe.what), change, ...(named ? [quoted(one.probe.about ?? '')] : [])].join(', ')}],`
  })
  const body = [
    "const north = await createParty('north')",
    ...(keeps ? ['const before = await stored()'] : []),
    `const { ${named && !needs.includes('body') ? 'status, body' : needs} } = await send(north, { ${part}: ${own ? 'change(north)' : 'change'} })`,
    w.runner.equal(actual, expected),
    ...(named ? [w.runner.equal('JSON.stringify(body).includes(field)', 'true')] : []),
    ...(keeps ? [w.runner.equal('await stored()', 'before')] : []),
  ]
  w.count += group.length
  const name = nameOf(part, 'refused', w)
  const type = own ? `(north: Party) => ${TYPE[part]}` : TYPE[part]
  return `const ${name}: [string, ${type}${named ? ', string' : ''}][] = [
${rows.join('\n')}
]
for (const [what, change${named ? ', field' : ''}] of ${name})
${w.runner.test(`refuses \${what}`, body.join('\n'))}`
}

/** Each table of a file has a name of its own. */
const taken = new WeakMap<Writing, Map<string, number>>()
function nameOf(part: string, what: string, w: Writing): string {
  const counts = taken.get(w) ?? new Map<string, number>()
  taken.set(w, counts)
  const plain = `${what}${part.charAt(0).toUpperCase()}${part.slice(1)}`
  const count = (counts.get(plain) ?? 0) + 1
  counts.set(plain, count)
  return count > 1 ? `${plain}${count}` : plain
}

/** The answer names the field. */
const names = ({ probe: { about }, rounds }: Case): boolean =>
  about !== undefined && rounds.every(({ body }) => (JSON.stringify(body) ?? '').includes(about))

export function queries(w: Writing, cases: readonly Case[]): string[] {
  const refused = cases.filter(({ outcome }) => outcome === 'refused')
  const { happy } = w.judged
  const form = (one: Case): string =>
    told([one.rounds[0].body, one.rounds[1].body], one.rounds, 'body', w.runner).code
  const others = cases.filter((one) => one.outcome === 'taken' && form(one) !== form(happy))
  const same = cases.filter(
    (one) => one.outcome === 'taken' && form(one) === form(happy) && !one.probe.call.includes(': undefined'),
  )
  const unique = others.filter((one, i) => others.findIndex((other) => form(other) === form(one)) === i)
  return [
    ...table(w, 'query', refused),
    ...unique.map((one) => success(w, `answers ${one.probe.what}`, one)),
    ...takenQueries(w, [...same, ...others.filter((one) => !unique.includes(one))]),
  ]
}

/** Queries that are answered as others are. */
function takenQueries(w: Writing, cases: readonly Case[]): string[] {
  const plain = cases.filter(({ probe }) => !/\b(?:north|south)\b/.test(probe.call))
  const [first] = plain
  if (!first) return []
  w.count += plain.length
  const rows = plain.map(
    ({ probe }) => `[${quoted(probe.what)}, ${/^\{ \w+: (.*) \}$/s.exec(probe.call)?.[1] ?? '{}'}],`,
  )
  const body = [
    "const north = await createParty('north')",
    'const { status } = await send(north, { query })',
    w.runner.equal('status', String(first.rounds[0].status)),
  ]
  return [
    `const acceptedQuery: [string, Record<string, string>][] = [
${rows.join('\n')}
]
for (const [what, query] of acceptedQuery)
${w.runner.test(`takes \${what}`, body.join('\n'))}`,
  ]
}

export function bodies(w: Writing, cases: readonly Case[]): string[] {
  const refused = cases.filter(({ outcome }) => outcome === 'refused')
  const accepted = cases.filter(({ outcome }) => outcome === 'taken')
  return [...table(w, 'body', refused), ...acceptance(w, accepted)]
}

/** What is taken, and how it is stored. */
function acceptance(w: Writing, cases: readonly Case[]): string[] {
  if (cases.length === 0) return []
  const { runner } = w
  const row = storedRow(w)
  const items = cases.map((one) => {
    const change = changeOf(one)
    const part = row ? partOf(w, one, row.model) : '{}'
    return { what: one.probe.what, change, part, status: one.rounds[0].status }
  })
  const north = items.some(({ change, part }) => /\bnorth\./.test(change + part))
  const function_ = north ? '(north: Party) => ' : ''
  const wrapped = (code: string): string => (north ? `(north: Party) => (${code})` : code)
  const type = `${function_}Record<string, unknown>`
  const stores = row !== undefined && items.some(({ part }) => part !== '{}')
  const status = items[0]?.status ?? 200
  const even = items.filter((one) => one.status === status)
  w.count += even.length
  const call = north ? 'change(north)' : 'change'
  const body = [
    "const north = await createParty('north')",
    `const { status } = await send(north, { body: ${call} })`,
    runner.equal('status', String(status)),
    ...(stores ? [`const row = ${row.code}`, runner.contains('row', north ? 'part(north)' : 'part')] : []),
  ]
  return [
    `const acceptedBody: [string, ${type}${stores ? `, ${type}` : ''}][] = [
${even.map(({ what, change, part }) => `[${quoted(what)}, ${wrapped(change)}${stores ? `, ${wrapped(part)}` : ''}],`).join('\n')}
]
for (const [what, change${stores ? ', part' : ''}] of acceptedBody)
${runner.test(`takes \${what}`, body.join('\n'))}`,
  ]
}

/** The one row that the ordinary request makes or changes, as code. */
function storedRow({ subject, judged }: Writing): { model: string; code: string } | undefined {
  const { happy } = judged
  const effects = happy.effects[0].filter(({ model }) => !judged.noise.has(model))
  for (const effect of effects) {
    const entity = subject.dataModel.model(effect.model)
    if (!entity) continue
    const from = `await ${subject.client.use}.${entity.delegate}`
    if (effect.created.length === 1 && effect.there === 0)
      return { model: effect.model, code: `${from}.findFirst()` }
    const row = subject.party.row(effect.model)
    const [change] = effect.changed
    const owner = change && ownerOf(happy.rounds[0], change.after, row)
    if (row && owner !== undefined)
      return { model: effect.model, code: `${from}.findUnique({ where: ${whereOf(row, owner)} })` }
  }
  return undefined
}

/** What became of the field that was varied. */
function partOf(w: Writing, one: Case, model: string): string {
  const name = one.probe.about
  const effect = (i: 0 | 1): Record<string, unknown> | undefined => {
    const found = one.effects[i].find((each) => each.model === model)
    return found?.created[0] ?? found?.changed[0]?.after
  }
  const [first, second] = [effect(0), effect(1)]
  if (name === undefined || !first || !second || !(name in first)) return '{}'
  const fields = columns(w, [first, second], [name], one.rounds)
  return fields.length === 0 ? '{}' : objectOf(fields)
}
