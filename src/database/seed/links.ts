/** Which table refers to which, which tables belong to a party, and the order in which rows can be made. */
import type { Catalog, Column, Table } from '../catalog.ts'
import { wordsOf } from './meaning.ts'
import type { SeedHints, WorldLink } from './world.ts'

export interface Link extends WorldLink {
  /** Enforced by the database. */
  enforced: boolean
  /** A row cannot be without it. */
  required: boolean
  self: boolean
}

export interface Layout {
  tables: ReadonlyMap<string, Table>
  links: ReadonlyMap<string, Link[]>
  /** Tables whose rows belong to a party. */
  owned: ReadonlySet<string>
  /** Tables whose rows lead to a user. */
  personal: ReadonlySet<string>
  /** Parents before children, where there is no cycle. */
  order: Table[]
}

export function layoutOf(catalog: Catalog, hints: SeedHints): Layout {
  const tables = new Map(catalog.tables.map((table) => [table.name, table]))
  const links = new Map(catalog.tables.map((table) => [table.name, linksOf(table, tables, hints)]))
  const owned = closure(links, rootsOf(catalog, hints, links))
  for (;;) {
    // A row that only one row may refer to is a part of that row, and belongs to its party.
    const parts = catalog.tables.flatMap((table) => (owned.has(table.name) ? partsOf(table, links) : []))
    const more = parts.filter((name) => !owned.has(name))
    if (more.length === 0) break
    for (const name of closure(links, new Set([...owned, ...more]))) owned.add(name)
  }
  const personal = closure(
    links,
    new Set(hints.user !== undefined && tables.has(hints.user) ? [hints.user] : []),
  )
  return { tables, links, owned, personal, order: orderOf(catalog.tables, links) }
}

/** Without a user there is no one to own: the two parties are two sets of rows in every table. */
function rootsOf(catalog: Catalog, hints: SeedHints, links: ReadonlyMap<string, Link[]>): Set<string> {
  const named = [hints.user, hints.tenant].filter((name) => name !== undefined && links.has(name))
  return new Set(
    named.length > 0 ? named.flatMap((name) => name ?? []) : catalog.tables.map(({ name }) => name),
  )
}

function closure(links: ReadonlyMap<string, Link[]>, roots: ReadonlySet<string>): Set<string> {
  const found = new Set(roots)
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const [name, of] of links) if (of.some(({ references }) => found.has(references))) found.add(name)
  }
  return found
}

function partsOf(table: Table, links: ReadonlyMap<string, Link[]>): string[] {
  return (links.get(table.name) ?? []).flatMap((link) =>
    !link.self &&
    table.uniques.some(({ columns, where }) => where === undefined && sameSet(columns, link.columns))
      ? [link.references]
      : [],
  )
}

export const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((one) => b.includes(one))

function linksOf(table: Table, tables: ReadonlyMap<string, Table>, hints: SeedHints): Link[] {
  const columns = new Map(table.columns.map((column) => [column.name, column]))
  const found: Link[] = []
  const add = (link: WorldLink, enforced: boolean): void => {
    const known = tables
      .get(link.references)
      ?.columns.filter(({ name }) => link.referencedColumns.includes(name)).length
    const here = link.columns.map((name) => columns.get(name))
    if (known !== link.referencedColumns.length || here.includes(undefined)) return
    if (here.some((column) => column?.generated)) return
    if (found.some((other) => sameSet(other.columns, link.columns))) return
    const required = here.every((column) => column?.nullable === false)
    found.push({ ...link, enforced, required, self: link.references === table.name })
  }
  for (const { columns, references, referencedColumns } of table.foreignKeys)
    add({ columns, references, referencedColumns }, true)
  for (const link of hints.tables[table.name]?.links ?? []) add(link, false)
  for (const column of table.columns) {
    const link = found.some((other) => other.columns.includes(column.name))
      ? undefined
      : meant(column, table, tables, hints)
    if (link) add(link, false)
  }
  return found
}

const USER_WORDS =
  /^((user|owner|author|creator|member|account holder)( id)?|(created|owned|uploaded|updated) by( (user|id|user id))?)$/

/** A column that is called after a table and has the type of its key, such as `teamId` without a relation. */
function meant(
  column: Column,
  table: Table,
  tables: ReadonlyMap<string, Table>,
  hints: SeedHints,
): WorldLink | undefined {
  const words = wordsOf(column.name)
  if (table.primaryKey.length === 1 && table.primaryKey[0] === column.name) return undefined
  const stem = /^(.+) id$/.exec(words)?.[1]
  const candidates = [...tables.values()].filter(
    ({ name }) =>
      name !== table.name &&
      ((name === hints.user && USER_WORDS.test(words)) ||
        (stem !== undefined && singular(wordsOf(name.slice(name.indexOf('.') + 1))) === singular(stem))),
  )
  for (const { name, primaryKey, columns } of candidates) {
    const key = columns.find((one) => primaryKey.length === 1 && one.name === primaryKey[0])
    if (key && key.type.sql === column.type.sql && !column.type.array)
      return { columns: [column.name], references: name, referencedColumns: [key.name] }
  }
  return undefined
}

const singular = (words: string): string => words.replace(/ies$/, 'y').replace(/([^s])s$/, '$1')

/** Along required references first; a cycle is entered at the table with the fewest of them open. */
function orderOf(tables: readonly Table[], links: ReadonlyMap<string, Link[]>): Table[] {
  const left = new Map(tables.map((table) => [table.name, table]))
  const order: Table[] = []
  const open = (table: Table, required: boolean): number =>
    (links.get(table.name) ?? []).filter(
      (link) => !link.self && left.has(link.references) && (link.required || !required),
    ).length
  while (left.size > 0) {
    const all = [...left.values()]
    const next =
      all.find((table) => open(table, false) === 0) ??
      all.find((table) => open(table, true) === 0) ??
      all.sort((a, b) => open(a, true) - open(b, true))[0]
    if (!next) break
    left.delete(next.name)
    order.push(next)
  }
  return order
}
