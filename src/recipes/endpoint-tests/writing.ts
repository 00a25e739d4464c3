/** One test, from what was seen: rows, the request, what was answered, and what is in the database afterwards. */
import { type Effect, ownerOf } from './effects.ts'
import type { Case, Judged } from './judge.ts'
import { whereOf } from './probes.ts'
import type { Runner } from './runner.ts'
import type { Subject } from './subject.ts'
import { keyed, literal, member } from './text.ts'
import { atPath, failureIn, told } from './values.ts'

export interface Writing {
  subject: Subject
  runner: Runner
  judged: Judged
  /** Models that a refusal must leave as they are. */
  kept: string[]
  count: number
}
export function arranged({ probe: { both, setup } }: Case): string[] {
  return [
    `const north = await createParty('north')`,
    ...(both ? [`const south = await createParty('south')`] : []),
    ...setup,
  ]
}

export const sent = ({ probe: { of, call } }: Case): string =>
  `await send(${of}${call === '' ? '' : `, ${call}`})`

/** A party that nobody speaks of is made, and that is all. */
export const unnamed = (lines: string[]): string[] =>
  lines.map((line, i) => {
    const [, name] = /^const (north|south) = (await createParty.*)$/.exec(line) ?? []
    const used =
      name !== undefined && lines.slice(i + 1).some((one) => new RegExp(`\\b${name}\\b(?!')`).test(one))
    return name === undefined || used ? line : line.replace(/^const \w+ = /, '')
  })

export function test(w: Writing, name: string, lines: string[]): string {
  w.count += 1
  return w.runner.test(name, unnamed(lines).join('\n'))
}

export function success(w: Writing, name: string, one: Case): string {
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
export function columns(
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
export const objectOf = (fields: readonly [string, string][]): string =>
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
export function failure({ rounds }: Case): { needs: string; actual: string; expected: string; key: string } {
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

export function refusal(w: Writing, name: string, one: Case): string {
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
