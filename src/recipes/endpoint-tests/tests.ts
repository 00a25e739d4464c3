/** The test file of one endpoint, from what was seen. */
import { type Effect, ownerOf } from './effects.ts'
import type { Case, Judged, Wrong } from './judge.ts'
import { importLines, preludeOf } from './prelude.ts'
import { whereOf } from './probes.ts'
import type { Runner } from './runner.ts'
import type { Subject } from './subject.ts'
import { keyed, literal, member, quoted, words } from './text.ts'
import { atPath, failureIn, listIn, told } from './values.ts'

/** A fault as its test names it: `authorization/unscoped-access (ab12)`. */
export type Naming = (wrong: Wrong) => string

export interface TestFile {
  file: string
  text: string
  /** How many tests there are, those of tables counted one by one. */
  tests: number
}

interface Writing {
  subject: Subject
  runner: Runner
  judged: Judged
  /** Models that a refusal must leave as they are. */
  kept: string[]
  count: number
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

function arranged({ probe: { both, setup } }: Case): string[] {
  return [
    `const north = await createParty('north')`,
    ...(both ? [`const south = await createParty('south')`] : []),
    ...setup,
  ]
}

const sent = ({ probe: { of, call } }: Case): string => `await send(${of}${call === '' ? '' : `, ${call}`})`

/** A party that nobody speaks of is made, and that is all. */
const unnamed = (lines: string[]): string[] =>
  lines.map((line, i) => {
    const [, name] = /^const (north|south) = (await createParty.*)$/.exec(line) ?? []
    const used =
      name !== undefined && lines.slice(i + 1).some((one) => new RegExp(`\\b${name}\\b(?!')`).test(one))
    return name === undefined || used ? line : line.replace(/^const \w+ = /, '')
  })

function test(w: Writing, name: string, lines: string[]): string {
  w.count += 1
  return w.runner.test(name, unnamed(lines).join('\n'))
}

function success(w: Writing, name: string, one: Case): string {
  const { runner } = w
  const { rounds } = one
  const empty = rounds[0].body === '' || rounds[0].body === null
  const after = effectLines(w, one)
  const body = empty ? undefined : told([rounds[0].body, rounds[1].body], rounds, 'body', runner)
  const lines = [
    ...arranged(one),
    `const { status${body ? ', body' : ''} } = ${sent(one)}`,
    runner.equal('status', String(rounds[0].status)),
    ...(body ? [...looseLines(runner, body.loose), runner.equal('body', body.code)] : []),
    ...after,
  ]
  return test(w, name, lines)
}

const looseLines = (runner: Runner, loose: { path: string; type: string }[]): string[] =>
  runner.name === 'node:test' ? loose.map(({ path, type }) => `assert.equal(typeof ${path}, '${type}')`) : []

/** What is in the database afterwards. */
function effectLines(w: Writing, { rounds, effects, probe }: Case): string[] {
  return effects[0].flatMap((effect): string[] => {
    const twin = effects[1].find(({ model }) => model === effect.model)
    if (!twin) return []
    return [
      ...createdLines(w, effect, twin, rounds),
      ...(probe.group === 'repeat' ? [] : changedLines(w, effect, twin, rounds)),
      ...removedLines(w, effect, rounds),
    ]
  })
}

/** Columns whose value can be told, with its code. */
function columns(
  w: Writing,
  rows: readonly [Record<string, unknown>, Record<string, unknown>],
  names: readonly string[],
  rounds: Case['rounds'],
  dates: (name: string) => boolean = () => false,
): [string, string][] {
  return names.flatMap((name): [string, string][] => {
    const field = told([rows[0][name], rows[1][name]], rounds, name, w.runner, true)
    if (field.loose.length === 0) return [[name, field.code]]
    return dates(name) && w.runner.name !== 'node:test' && field.code === 'expect.any(Date)'
      ? [[name, field.code]]
      : []
  })
}

const selectOf = (fields: readonly [string, string][]): string =>
  `{ ${fields.map(([name]) => `${keyed(name)}: true`).join(', ')} }`
const objectOf = (fields: readonly [string, string][]): string =>
  `{ ${fields.map(([name, code]) => (name === code ? name : `${keyed(name)}: ${code}`)).join(', ')} }`

function createdLines(w: Writing, effect: Effect, twin: Effect, rounds: Case['rounds']): string[] {
  const { subject, runner } = w
  const entity = subject.dataModel.model(effect.model)
  const [first] = effect.created
  const [second] = twin.created
  if (!entity || !first || !second) return []
  const from = `${subject.client.use}.${entity.delegate}`
  if (effect.created.length > 1)
    return [runner.equal(`await ${from}.count()`, String(effect.there + effect.created.length))]
  const fields = columns(w, [first, second], Object.keys(first), rounds)
  if (fields.length === 0) return [runner.equal(`await ${from}.count()`, String(effect.there + 1))]
  const mine =
    effect.there === 0
      ? undefined
      : fields.find(([name, code]) => code.startsWith('north.') && isFresh(effect, rounds, name, first))
  if (effect.there > 0 && !mine) return [runner.equal(`await ${from}.count()`, String(effect.there + 1))]
  const where = mine ? `where: { ${mine[0]}: ${mine[1]} }, ` : ''
  return [
    runner.equal(`await ${from}.findMany({ ${where}select: ${selectOf(fields)} })`, `[${objectOf(fields)}]`),
  ]
}

/** No row that was there has this value. */
const isFresh = (
  { model }: Effect,
  rounds: Case['rounds'],
  name: string,
  row: Record<string, unknown>,
): boolean => (rounds[0].before[model] ?? []).every((one) => one[name] !== row[name])

function changedLines(w: Writing, effect: Effect, twin: Effect, rounds: Case['rounds']): string[] {
  const { subject, runner } = w
  const row = subject.party.row(effect.model)
  const entity = subject.dataModel.model(effect.model)
  return effect.changed.flatMap((change, i): string[] => {
    const other = twin.changed[i]
    const owner = ownerOf(rounds[0], change.after, row)
    if (!entity || !row || owner === undefined || !other) return []
    const optional = (name: string): boolean => change.before[name] === null
    const fields = columns(w, [change.after, other.after], change.fields, rounds, optional)
    if (fields.length === 0) return []
    return [
      runner.equal(
        `await ${subject.client.use}.${entity.delegate}.findUnique({ where: ${whereOf(row, owner)}, select: ${selectOf(fields)} })`,
        objectOf(fields),
      ),
    ]
  })
}

function removedLines(w: Writing, effect: Effect, rounds: Case['rounds']): string[] {
  const { subject, runner } = w
  const row = subject.party.row(effect.model)
  return effect.removed.flatMap((removed) => {
    const owner = ownerOf(rounds[0], removed, row)
    return row && owner !== undefined
      ? [
          runner.equal(
            `await ${subject.client.use}.${row.entity.delegate}.findUnique({ where: ${whereOf(row, owner)} })`,
            'null',
          ),
        ]
      : []
  })
}

/** What a refusal says besides words for people, as code: actual and expected. */
function failure({ rounds }: Case): { needs: string; actual: string; expected: string; key: string } {
  const { status, body } = rounds[0]
  const path = failureIn(body)
  const value = path && atPath(body, path)
  const flags = flagsIn(body).filter((one) => JSON.stringify(path) !== JSON.stringify(one))
  const told =
    path && value === atPath(rounds[1].body, path) && typeof value === 'string' ? [...flags, path] : flags
  if (told.length === 0)
    return { needs: 'status', actual: 'status', expected: String(status), key: String(status) }
  const names = told.map((one) => String(one.at(-1)))
  const actual = told.map((one, i) => `${keyed(names[i] ?? '')}: body${one.map(member).join('')}`)
  const expected = told.map((one, i) => `${keyed(names[i] ?? '')}: ${literal(atPath(body, one))}`)
  return {
    needs: 'status, body',
    actual: `{ ${['status', ...actual].join(', ')} }`,
    expected: `{ ${[`status: ${status}`, ...expected].join(', ')} }`,
    key: [status, ...actual, ...expected].join(' '),
  }
}

/** Numbers and flags of an answer. */
function flagsIn(body: unknown): string[][] {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return []
  return Object.entries(body)
    .filter(([name, value]) => name !== 'status' && (typeof value === 'boolean' || typeof value === 'number'))
    .map(([name]) => [name])
}

function refusal(w: Writing, name: string, one: Case): string {
  const { needs, actual, expected } = failure(one)
  const keeps = w.kept.length > 0
  return test(w, name, [
    ...arranged(one),
    ...(keeps ? ['const before = await stored()'] : []),
    `const { ${needs} } = ${sent(one)}`,
    w.runner.equal(actual, expected),
    ...(keeps ? [w.runner.equal('await stored()', 'before')] : []),
  ])
}

/** Refusals that are alike, as a table. */
function table(w: Writing, part: 'params' | 'query' | 'body', cases: readonly Case[]): string[] {
  const groups = new Map<string, Case[]>()
  for (const one of cases) {
    const key = `${failure(one).key} ${names(one)}`
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return [...groups.values()].map((group) => {
    const [first] = group
    if (!first) return ''
    if (group.length === 1)
      return refusal(
        w,
        `refuses ${first.probe.what}${part === 'body' ? '' : ` in the ${part === 'params' ? 'path' : 'query'}`}`,
        first,
      )
    const { needs, actual, expected } = failure(first)
    const keeps = w.kept.length > 0
    const named = names(first)
    const rows = group.map(({ probe }) => {
      const change = /^\{ \w+: (.*) \}$/s.exec(probe.call)?.[1] ?? '{}'
      const about = named ? `, ${quoted(probe.about ?? '')}` : ''
      return `[${quoted(probe.what)}, ${thunk(change)}${about}],`
    })
    const north = rows.some((row) => row.includes('north.'))
    const body = [
      ...(north
        ? ["const north = await createParty('north')"]
        : ["const north = await createParty('north')"]),
      ...(keeps ? ['const before = await stored()'] : []),
      `const { ${named && !needs.includes('body') ? 'status, body' : needs} } = await send(north, { ${part}: ${north ? 'change(north)' : 'change'} })`,
      w.runner.equal(actual, expected),
      ...(named ? [w.runner.equal('JSON.stringify(body).includes(field)', 'true')] : []),
      ...(keeps ? [w.runner.equal('await stored()', 'before')] : []),
    ]
    w.count += group.length
    const type =
      part === 'body'
        ? 'Record<string, unknown>'
        : part === 'params'
          ? 'Record<string, string>'
          : 'Record<string, string | undefined>'
    const items = rows.map((row) =>
      north
        ? row
        : row.replace('(north: Party) => ', '').replace(/, \(\{ (.*) \}\)(, '\w+')?\],$/s, ', { $1 }$2],'),
    )
    return `const ${nameOf(part, 'refused', w)}: [string, ${north ? `(north: Party) => ${type}` : type}${named ? ', string' : ''}][] = [
${items.join('\n')}
]
for (const [what, change${named ? ', field' : ''}] of ${nameOf(part, 'refused', w, false)})
${w.runner.test(`refuses \${what}`, body.join('\n'))}`
  })
}

const thunk = (change: string): string => `(north: Party) => (${change})`

/** Each table of a file has a name of its own. */
const taken = new WeakMap<Writing, Map<string, number>>()
function nameOf(part: string, what: string, w: Writing, next = true): string {
  const counts = taken.get(w) ?? new Map<string, number>()
  taken.set(w, counts)
  const plain = `${what}${part.charAt(0).toUpperCase()}${part.slice(1)}`
  const count = (counts.get(plain) ?? 0) + (next ? 1 : 0)
  counts.set(plain, count)
  return count > 1 ? `${plain}${count}` : plain
}

/** The answer names the field. */
const names = ({ probe: { about }, rounds }: Case): boolean =>
  about !== undefined && rounds.every(({ body }) => (JSON.stringify(body) ?? '').includes(about))

function queries(w: Writing, cases: readonly Case[]): string[] {
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
    ...takenQueries(w, same),
  ]
}

/** Queries that are answered as if they were not there. */
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

function bodies(w: Writing, cases: readonly Case[]): string[] {
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
    const change = /^\{ \w+: (.*) \}$/s.exec(one.probe.call)?.[1] ?? '{}'
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
