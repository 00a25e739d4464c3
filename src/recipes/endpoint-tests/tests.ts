/** The test file of one endpoint, from what was seen. */
import type { Case, Judged, Wrong } from './judge.ts'
import { importLines, preludeOf } from './prelude.ts'
import type { Runner } from './runner.ts'
import type { Subject } from './subject.ts'
import { bodies, queries, table } from './tables.ts'
import { member, quoted, words } from './text.ts'
import { atPath, listIn, told } from './values.ts'
import { arranged, refusal, sent, success, test, unnamed, type Writing } from './writing.ts'

/** A fault as its test names it: `authorization/unscoped-access (ab12)`. */
export type Naming = (wrong: Wrong) => string

export interface TestFile {
  file: string
  text: string
  /** How many tests there are, those of tables counted one by one. */
  tests: number
}
export function testFileOf(subject: Subject, runner: Runner, judged: Judged, name: Naming): TestFile {
  const kept = [...new Set(judged.happy.effects[0].map(({ model }) => model))].filter(
    (one) => !judged.noise.has(one),
  )
  const w: Writing = { subject, runner, judged, kept, count: 0 }
  const of = (...groups: string[]): Case[] => judged.cases.filter(({ probe }) => groups.includes(probe.group))
  const tests = [
    ...ordinary(w, of('happy'), of('beside')),
    ...roles(w, of('role')),
    ...of('stranger').map((one) => refusal(w, strangerTitle(one), one)),
    ...of('foreign').map((one) =>
      one.outcome === 'refused'
        ? refusal(w, `does not ${subject.writes ? 'touch' : 'show'} ${article(one.probe.what)}`, one)
        : success(w, `leaves ${article(one.probe.what)} alone`, one),
    ),
    ...of('unknown').map((one) => refusal(w, `does not know ${article(one.probe.what)}`, one)),
    ...table(w, 'params', of('params')),
    ...queries(w, of('query')),
    ...bodies(w, of('body')),
    ...of('json').map((one) => refusal(w, `refuses ${one.probe.what} as body`, one)),
    ...of('repeat').map((one) =>
      one.outcome === 'refused'
        ? refusal(w, `refuses ${one.probe.what}`, one)
        : success(w, `answers otherwise the second time`, one),
    ),
    ...of('state').map((one) =>
      one.outcome === 'refused'
        ? refusal(w, `refuses ${article(one.probe.what)}`, one)
        : success(w, `answers for ${article(one.probe.what)}`, one),
    ),
    ...of('limit').flatMap((one) => limit(w, one)),
    ...judged.wrong.map((one) => known(w, one, name(one))),
  ].filter((one) => one !== '')
  const { imports, mocks, declarations, reset } = preludeOf(subject, runner)
  const keeps = tests.some((one) => one.includes('stored()'))
  const text = [
    ...mocks,
    ...declarations,
    ...(keeps ? [storedOf(w)] : []),
    `${runner.each}(${reset})\n${runner.after}(() => ${subject.client.use}.$disconnect())`,
    runner.group(subject.label, tests.join('\n\n')),
  ].join('\n\n')
  return {
    file: subject.testFile,
    text: `${importLines(subject, subject.testFile, [...imports, ...runner.imports(text)])}\n\n${text}\n`,
    tests: w.count,
  }
}

const strangerTitle = ({ probe: { what } }: Case): string =>
  what === 'nobody' ? 'asks who is calling' : `is not for ${what}`

/** Where nothing is written, rows of somebody else may as well be there from the start. */
function ordinary(w: Writing, happy: readonly Case[], beside: readonly Case[]): string[] {
  const { writes, credential } = w.subject
  if (writes || beside.length === 0)
    return [
      ...happy.map((one) => success(w, does(w, one), one)),
      ...beside.map((one) => success(w, 'is not disturbed by what somebody else does', one)),
    ]
  return beside.map((one) =>
    success(w, credential ? 'answers whom it is for, with nothing of others' : 'answers', one),
  )
}

const article = (text: string): string =>
  /^(what|somebody)/.test(text) ? text : `${/^[aeiou]/.test(text) ? 'an' : 'a'} ${text}`

function does({ judged }: Writing, { effects: [effects] }: Case): string {
  const main = effects.find(({ model }) => !judged.noise.has(model)) ?? effects[0]
  if (!main) return 'answers whom it is for'
  const what = words(main.model)
  if (main.created.length > 0) return `creates ${article(what)}`
  return main.removed.length > 0 ? `removes the ${what}` : `changes the ${what}`
}

/** Who may and who may not, by the columns that say so; nothing of those that make no difference. */
function roles(w: Writing, cases: readonly Case[]): string[] {
  const { subject, runner, judged } = w
  const fieldOf = ({ probe: { role } }: Case): string => `${role?.row.variable}.${role?.field}`
  const form = (one: Case): string =>
    told([one.rounds[0].body, one.rounds[1].body], one.rounds, 'body', runner).code
  return [...new Set(cases.map(fieldOf))].flatMap((field): string[] => {
    const all = cases.filter((one) => fieldOf(one) === field)
    const refused = all.filter(({ outcome }) => outcome === 'refused')
    const taken = all.filter((one) => one.outcome === 'taken' && !isOwnRole(subject, one))
    if (refused.length === 0)
      return taken
        .filter((one) => form(one) !== form(judged.happy))
        .map((one) => success(w, `answers ${one.probe.what}`, one))
    return [
      ...taken.map((one) => success(w, `is for ${one.probe.what}`, one)),
      ...refused.map((one) => refusal(w, `is not for ${one.probe.what}`, one)),
    ]
  })
}

/** The role that the rows have anyway. */
function isOwnRole({ party, dataModel }: Subject, { probe: { role } }: Case): boolean {
  if (!role) return false
  const row = party.rows.find(({ variable }) => variable === role.row.variable)
  const field = row?.entity.fields.find(({ name }) => name === role.field)
  const initial = field?.default?.kind === 'name' ? field.default.name : undefined
  const isEnum = dataModel.enums.some(({ name }) => name === field?.type)
  const own =
    row?.fields.get(role.field) ?? (initial === undefined ? undefined : isEnum ? quoted(initial) : initial)
  return own === role.value
}

function storedOf({ subject, kept }: Writing): string {
  const { client, dataModel } = subject
  const reads = kept.map((model) => `${client.use}.${dataModel.model(model)?.delegate ?? model}.findMany()`)
  return `/** What the endpoint may change. */
const stored = () => ${reads.length === 1 ? reads[0] : `Promise.all([${reads.join(', ')}])`}`
}

function limit(w: Writing, one: Case): string[] {
  const { probe, rounds } = one
  const path = listIn(rounds[0].body)
  const list = path && atPath(rounds[0].body, path)
  if (!path || !Array.isArray(list) || list.length >= (probe.rows ?? 0)) return []
  return [
    test(
      w,
      probe.what === 'many rows'
        ? `gives at most ${list.length} of many rows`
        : `gives ${list.length} of ${probe.rows ?? 0} rows for ${probe.what}`,
      [
        ...arranged(one),
        `const { body } = ${sent(one)}`,
        w.runner.equal(`body${path.map(member).join('')}.length`, String(list.length)),
      ],
    ),
  ]
}

/** The wanted behaviour, which is not there: the test says when it is. */
function known(w: Writing, { case: one, grave }: Wrong, name: string): string {
  const { runner, subject } = w
  const keeps = grave && w.kept.length > 0
  const title = grave
    ? one.probe.group === 'stranger'
      ? strangerTitle(one)
      : `does not ${subject.writes ? 'touch' : 'show'} ${article(one.probe.what)}`
    : `refuses ${article(one.probe.what)}`
  const lines = [
    ...arranged(one),
    ...(keeps ? ['const before = await stored()'] : []),
    `const { status } = ${sent(one)}`,
    grave ? runner.equal('status >= 400', 'true') : runner.equal('status < 500', 'true'),
    ...(keeps ? [runner.equal('await stored()', 'before')] : []),
  ]
  w.count += 1
  return `// Known fault: ${name}. When it is repaired, this test says so: it becomes an ordinary one.
${runner.failing(title, unnamed(lines).join('\n'))}`
}
