/** Makes rows beyond those of the world: own values, then rows of one group to refer to. */
import type { Table, UniqueKey } from '../catalog.ts'
import { holds } from './conditions/evaluate.ts'
import type { Condition } from './conditions/parse.ts'
import { brokenRules, partsOf, type Rule, repair, rulesOf } from './conditions/rules.ts'
import { type Layout, type Link, sameSet } from './links.ts'
import { chooser, type Pool, type Skew } from './pool.ts'
import type { Random } from './random.ts'
import type { Cell } from './text-values.ts'
import { type Maker, otherValues } from './values.ts'
import type { GrownRow, PartyName, SeedHints } from './world.ts'

export interface RowMakerOptions {
  table: Table
  layout: Layout
  hints: SeedHints
  makers: ReadonlyMap<string, Maker>
  pool: (table: string) => Pool
  random: Random
  now: number
  /** Number of the first row. */
  start: number
  /** Column of a reference → how unequally the rows that it names are named. */
  per: Record<string, Skew>
  /** Keys that only hold if combinations are not repeated, with those that are taken. */
  tight: ReadonlyMap<UniqueKey, Set<string>>
  /** When the `i`-th row was made. */
  born: (i: number) => number
  /** All rows in this group, and with the same parents where unique keys allow it. */
  only?: { group: number; party: PartyName; fits: (link: Link, row: GrownRow) => boolean }
  /** Rows that the leading reference may name. */
  lead?: { references: string; rows: readonly GrownRow[] }
}

export interface MadeRow {
  values: Record<string, unknown>
  canaries: Record<string, string>
  group: number
}

const TRIES = 40
/** Rows that are looked at for one that agrees with the other references. */
const LOOKS = 500

export class RowMaker {
  private readonly options: RowMakerOptions
  private readonly links: Link[]
  private readonly lead: Link | undefined
  private readonly leadRows: readonly GrownRow[]
  private readonly leadChoice: () => number
  private readonly choices = new Map<Link, Map<number, () => number>>()
  private made = 0
  private groups: number
  private readonly rules: Rule[]
  private readonly parts: ReadonlyMap<UniqueKey, Condition>

  constructor(options: RowMakerOptions) {
    const { table, layout, hints, pool, per, random } = options
    this.options = options
    this.rules = rulesOf(table)
    this.parts = partsOf(table)
    this.links = layout.links.get(table.name) ?? []
    this.lead = leadOf(table, this.links, layout, hints, per)
    const all =
      options.lead && options.lead.references === this.lead?.references
        ? options.lead.rows
        : this.lead
          ? pool(this.lead.references).rows
          : []
    const fit = all.filter((row) => this.isComplete(row.group) && this.isFree(row))
    this.leadRows = fit.length > 0 ? fit : all
    this.leadChoice = chooser(this.leadRows.length, skewOf(this.lead, per), random)
    const root = hints.tenant ?? hints.user
    const known = root === undefined || !layout.tables.has(root) ? [] : pool(root).groupNumbers
    this.groups = Math.max(1, ...known, ...pool(table.name).groupNumbers)
  }

  /** Whether a row of this group finds all that it must refer to. */
  private isComplete(group: number): boolean {
    return this.links.every(
      (link) => !link.required || link.self || this.options.pool(link.references).of(group).length > 0,
    )
  }

  /** Whether a row may still be named, where only one may name it. */
  private isFree(row: GrownRow): boolean {
    const { lead } = this
    if (!lead) return true
    const texts = lead.columns.map((_, at) => String(row.values[lead.referencedColumns[at] ?? '']))
    return [...this.options.tight].every(
      ([key, taken]) =>
        !sameSet(key.columns, lead.columns) ||
        !taken.has(key.columns.map((column) => texts[lead.columns.indexOf(column)]).join('\u0000')),
    )
  }

  /** `undefined` when no combination is found that a unique key allows. */
  next(): MadeRow | undefined {
    const { table, makers, random, now, start, born, tight, only } = this.options
    const n = start + this.made
    const cell: Cell = { random, n, now, born: born(this.made), ...(only ? { party: only.party } : {}) }
    this.made++
    const values: Record<string, unknown> = {}
    const canaries: Record<string, string> = {}
    for (const [column, make] of makers) {
      const { value, canary } = make(cell)
      values[column] = value
      if (canary !== undefined && value !== null) canaries[column] = canary
    }
    const leading = only || !this.lead ? undefined : this.leadRows[this.leadChoice()]
    const group = only?.group ?? leading?.group ?? this.ownGroup()
    for (let attempt = 0; attempt < TRIES; attempt++) {
      if (!this.refer(values, group, leading, attempt)) return undefined
      if (this.keepRules(values) && this.keep(values)) return { values, canaries, group }
      this.loosen(values)
      if (this.keepRules(values) && this.keep(values)) return { values, canaries, group }
      if (attempt % 2 === 1) vary(table, tight, values, random)
    }
    return undefined
  }

  /** A row of the outermost table opens a group; one that refers to nobody joins the groups in turn. */
  private ownGroup(): number {
    const { table, hints, layout, pool } = this.options
    if (!layout.owned.has(table.name)) return -1
    const root = [hints.tenant, hints.user].find((name) => name !== undefined && layout.tables.has(name))
    if (table.name === root) {
      this.groups++
      return this.groups
    }
    const known = root === undefined ? [] : pool(root).groupNumbers.filter((group) => group > 1)
    return known[this.made % known.length] ?? this.made % 2
  }

  private refer(
    values: Record<string, unknown>,
    group: number,
    leading: GrownRow | undefined,
    attempt: number,
  ): boolean {
    const filled = new Set<string>()
    for (const link of this.links) {
      const parent =
        link === this.lead && leading ? leading : this.parentOf(link, group, attempt, values, filled)
      if (!parent && link.required && !link.self) return false
      for (const [at, column] of link.columns.entries()) {
        if (!parent && filled.has(column)) continue
        const own = link.self && link.required && !parent ? values : undefined
        values[column] = (parent?.values ?? own)?.[link.referencedColumns[at] ?? ''] ?? null
        filled.add(column)
      }
    }
    return true
  }

  private parentOf(
    link: Link,
    group: number,
    attempt: number,
    values: Record<string, unknown>,
    filled: ReadonlySet<string>,
  ): GrownRow | undefined {
    const { pool, random, only, per } = this.options
    const all = pool(link.references).of(group)
    if (link.self && (all.length === 0 || random() < 0.5)) return undefined
    const near = only ? all.filter((row) => only.fits(link, row)) : all
    const rows = near.length > 0 ? near : all
    if (rows.length === 0) return undefined
    let first = attempt
    if (!only) {
      const choices = this.choices.get(link) ?? new Map<number, () => number>()
      this.choices.set(link, choices)
      // The pool of a self reference grows while its rows are made.
      const choice = link.self
        ? () => Math.floor(random() * rows.length)
        : (choices.get(group) ?? chooser(rows.length, skewOf(link, per), random))
      choices.set(group, choice)
      first = choice()
    }
    for (let i = 0; i < Math.min(rows.length, LOOKS); i++) {
      const row = rows[(first + i) % rows.length]
      const agrees = link.columns.every(
        (column, at) =>
          !filled.has(column) || values[column] === row?.values[link.referencedColumns[at] ?? ''],
      )
      if (row && agrees) return row
    }
    return undefined
  }

  private keepRules(values: Record<string, unknown>): boolean {
    const { table, makers, random, now } = this.options
    const value = (column: string): unknown => values[column]
    if (this.rules.length === 0 || brokenRules(this.rules, value).length === 0) return true
    const loose = this.links.filter((link) => !link.required)
    const changes = repair({
      table,
      rules: this.rules,
      value,
      freedom: (column) => {
        if (makers.has(column)) return 'any'
        return loose.some((link) => link.columns.includes(column)) ? 'none' : undefined
      },
      random,
      now,
    })
    for (const [column, changed] of changes ?? []) values[column] = changed
    return changes !== undefined
  }

  /** Lets go of the references that need not be, and that a unique key holds to rows which are taken. */
  private loosen(values: Record<string, unknown>): void {
    for (const [key, taken] of this.options.tight) {
      if (!taken.has(textOf(key, values))) continue
      const link = this.links.find(
        ({ required, columns }) => !required && columns.some((column) => key.columns.includes(column)),
      )
      const held = this.links.filter((other) => other !== link && other.required)
      for (const column of link?.columns ?? [])
        if (!held.some((other) => other.columns.includes(column))) values[column] = null
    }
  }

  private keep(values: Record<string, unknown>): boolean {
    const texts: [Set<string>, string][] = []
    for (const [key, taken] of this.options.tight) {
      const part = this.parts.get(key)
      if (part && holds(part, (column) => values[column]) === false) continue
      if (!key.nullsNotDistinct && key.columns.some((column) => values[column] === null)) continue
      const text = textOf(key, values)
      if (taken.has(text)) return false
      texts.push([taken, text])
    }
    for (const [taken, text] of texts) taken.add(text)
    return true
  }
}

const textOf = (key: UniqueKey, values: Record<string, unknown>): string =>
  key.columns.map((column) => String(values[column])).join('\u0000')

/** Another value in a column of few, where a unique key holds one. */
function vary(
  table: Table,
  tight: ReadonlyMap<UniqueKey, unknown>,
  values: Record<string, unknown>,
  random: Random,
): void {
  for (const key of tight.keys())
    for (const name of key.columns) {
      const column = table.columns.find((one) => one.name === name)
      const others = column ? otherValues(column) : []
      if (others.length > 0) values[name] = others[Math.floor(random() * others.length)]
    }
}

const skewOf = (link: Link | undefined, per: Record<string, Skew>): Skew =>
  link?.columns.map((column) => per[column]).find((skew) => skew !== undefined) ?? 'even'

/** The reference that decides to whom a row belongs: one that was asked for, or the most particular. */
function leadOf(
  table: Table,
  links: readonly Link[],
  layout: Layout,
  hints: SeedHints,
  per: Record<string, Skew>,
): Link | undefined {
  const rank = (link: Link): number =>
    (link.columns.some((column) => column in per) ? 0 : 10) +
    (link.required ? 0 : 5) -
    // One row for each: the others have to follow it.
    (link.required && table.uniques.some(({ columns }) => sameSet(columns, link.columns)) ? 3 : 0) +
    (link.references === hints.tenant ? 2 : link.references === hints.user ? 1 : 0)
  return links
    .filter((link) => !link.self && layout.owned.has(link.references))
    .sort((a, b) => rank(a) - rank(b))[0]
}
