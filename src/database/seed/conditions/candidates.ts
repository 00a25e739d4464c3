/** Values worth trying in a column, taken from what its conditions say. */
import type { Column } from '../../catalog.ts'
import { CANARY, token } from '../random.ts'
import { evaluate } from './evaluate.ts'
import { type Condition, nodesOf } from './parse.ts'
import type { Repair, Rule } from './rules.ts'
import { sampleOf } from './sample.ts'

const DAY = 86_400_000
const TEXT = new Set(['text', 'varchar', 'bpchar', 'citext', 'name'])
const NUMBER = new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8', 'money', 'oid'])
const TIME = new Set(['timestamp', 'timestamptz', 'date'])

/** Without the value that is there; `null` last. */
export function candidatesOf(options: Repair, rules: readonly Rule[], name: string): unknown[] {
  const { table, value, freedom } = options
  const column = table.columns.find((one) => one.name === name)
  if (!column) return []
  const found = freedom(name) === 'any' ? valuesFor(options, rules, column) : []
  const current = value(name)
  const different = [...new Set(found)].filter((one) => one !== current && one !== null)
  return column.nullable && current !== null ? [...different, null] : different
}

function valuesFor(options: Repair, rules: readonly Rule[], column: Column): unknown[] {
  const { type } = column
  const all = rules.flatMap(({ condition }) => [...nodesOf(condition)])
  const nodes = rules
    .filter((rule) => rule.columns.includes(column.name))
    .flatMap(({ condition }) => [...nodesOf(condition)])
  if (type.array) return arraysFor(column, nodes, options)
  if (type.values) return type.values
  if (type.base === 'bool') return [true, false]
  if (TEXT.has(type.base)) return textsFor(column, nodes, options)
  if (NUMBER.has(type.base)) return numbersFor(column, all, options)
  if (TIME.has(type.base)) return timesFor(column, all, options)
  if (type.base === 'json' || type.base === 'jsonb') return [{ note: token(options.random) }, [], {}]
  return []
}

const literalsOf = (nodes: readonly Condition[]): unknown[] =>
  nodes.flatMap((node) => (node.kind === 'literal' ? [node.value] : []))

const numbersIn = (nodes: readonly Condition[]): number[] =>
  literalsOf(nodes).filter((one) => typeof one === 'number')

/** What other columns that the conditions name hold now. */
const others = (column: Column, nodes: readonly Condition[], { value }: Repair): unknown[] =>
  nodes.flatMap((node) => (node.kind === 'column' && node.name !== column.name ? [value(node.name)] : []))

function numbersFor(column: Column, nodes: readonly Condition[], options: Repair): number[] {
  const whole = column.type.base.startsWith('int') || column.type.scale === 0
  const known = [...numbersIn(nodes), ...others(column, nodes, options)].filter(
    (one) => typeof one === 'number',
  )
  // Sides of comparisons that are computed from other columns, such as `net + tax`.
  for (const node of nodes)
    if (node.kind === 'operator' && node.args.length === 2)
      for (const arg of node.args) {
        const result = arg.kind === 'operator' ? evaluate(arg, options.value) : undefined
        if (typeof result === 'number') known.push(result)
      }
  const sums = known.flatMap((one) => [one + 1, one, one - 1, one + 0.5, one * 2])
  const between = known.flatMap((one, i) => known.slice(i + 1).map((two) => (one + two) / 2))
  const all = [...between, ...sums]
  return whole ? all.map(Math.round) : all
}

function timesFor(column: Column, nodes: readonly Condition[], options: Repair): string[] {
  const texts = [...literalsOf(nodes), ...others(column, nodes, options)].filter(
    (one) => typeof one === 'string',
  )
  const times = [options.now, ...texts.map(timeOf).filter((time) => !Number.isNaN(time))]
  const near = times.flatMap((time) => [time + DAY, time - DAY, time, time + 400 * DAY])
  return near.map((time) => {
    const text = new Date(time).toISOString()
    return column.type.base === 'date' ? text.slice(0, 10) : text
  })
}

function textsFor(column: Column, nodes: readonly Condition[], options: Repair): string[] {
  const { value, random } = options
  const current = value(column.name)
  const text = typeof current === 'string' ? current : token(random)
  const found: unknown[] = [text.toLowerCase(), text.toUpperCase(), text.trim()]
  for (const length of numbersIn(nodes))
    for (const one of [length, length - 1, length + 1]) found.push(sized(text, one))
  for (const node of nodes) {
    if (node.kind === 'operator' && node.sign.includes('~') && !node.sign.startsWith('!')) {
      const pattern = node.args[1]
      if (pattern?.kind !== 'literal' || typeof pattern.value !== 'string') continue
      if (node.sign.startsWith('~~'))
        found.push(
          pattern.value.replaceAll('%', text).replaceAll('_', 'a'),
          pattern.value.replaceAll(/[%_]/g, 'a'),
        )
      else for (let i = 0; i < 4; i++) found.push(sampleOf(pattern.value, random))
    } else if (node.kind === 'literal') found.push(node.value)
  }
  found.push(...others(column, nodes, options), `${text.slice(0, 8)}x`)
  const most = column.type.length ?? Number.POSITIVE_INFINITY
  return found.filter((one): one is string => typeof one === 'string' && one.length <= most)
}

/** Of this length, with as much of the canary as there is room for. */
function sized(text: string, length: number): string | undefined {
  if (length < 1 || length > 10_000) return undefined
  return text.slice(0, length).padEnd(length, text.startsWith(CANARY) ? '0' : 'x')
}

function arraysFor(column: Column, nodes: readonly Condition[], { value }: Repair): unknown[] {
  const current = value(column.name)
  const [first] = Array.isArray(current) ? current : []
  const one: unknown =
    first ?? column.type.values?.[0] ?? literalsOf(nodes).find((x) => typeof x === 'string') ?? 'x'
  const sizes = [0, 1, ...numbersIn(nodes).flatMap((n) => [n, n + 1, n - 1])].filter(
    (n) => n >= 0 && n < 1000,
  )
  const free = TEXT.has(column.type.base)
  return sizes.map((size) => Array.from({ length: size }, (_, i) => (i > 0 && free ? `tag ${i}` : one)))
}

/** Postgres writes `2031-01-01 00:00:00+00`. */
function timeOf(text: string): number {
  const iso = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)([+-]\d\d)?(:\d\d)?Z?$/.exec(text)
  if (!iso) return Date.parse(text)
  const [, day, time, hours = '+00', minutes = ':00'] = iso
  return Date.parse(`${day}T${time}${hours}${minutes}`)
}
