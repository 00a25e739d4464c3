/** One query for all elements of a list, and what takes the place of the query of one. */
import { insertStatementBefore } from '../../../changes/source-file.ts'
import type { Edit } from '../../../core/change.ts'
import type { Iteration } from '../../../project/iterations.ts'
import { functionsAround, namesAt } from '../../../project/names.ts'
import { needs } from '../../../proof/fixer.ts'
import { memberOf, part, plainCode, type QuerySite, textOf } from '../../../repair/fix-site.ts'
import type { Range, StatementShape } from '../../../source/shape.ts'
import type { Key } from './fix.ts'

export interface Batch {
  before: Edit[]
  /** Edits within the iteration, the query's own among them. */
  within: Edit[]
}

export function batchOf(
  site: QuerySite,
  operation: string,
  key: Key,
  loop: Iteration,
  outside: StatementShape,
): Batch | { needs: string } {
  const { source } = site
  const over = source.shape.range(loop.over)
  const awaited = awaitOf(site)
  const named = /(?:const|let)\s+([\w$]+)\s*=\s*$|([\w$]+):\s*$/.exec(source.text.slice(0, awaited.start))
  const name = named?.[1] ?? named?.[2]
  if (!over || !loop.item || name === undefined)
    return needs('the result of the query has no name of its own')
  const keys = `${textOf(source, over)}.map((${loop.item.name}) => ${key.value})`
  const where = [
    ...key.where.members.filter((one) => one !== key.member).map((one) => plainCode(source, one)),
    `${key.column}: { in: ${keys} }`,
  ].join(', ')
  const client = textOf(source, site.call.callee).replace(/\.[\w$]+$/, '')
  const map = free(site, `${name}Of`)
  const plan = planOf(site, operation, key, name, map, awaited)
  if ('needs' in plan) return plan
  const list = free(site, plan.list)
  const statements = [
    `const ${list} = await ${client}.${plan.method}({`,
    ...plan.head.map((line) => `  ${line},`),
    ...(`  where: { ${where} },`.length > 104
      ? [
          '  where: {',
          ...key.where.members
            .filter((one) => one !== key.member)
            .map((one) => `    ${plainCode(source, one)},`),
          `    ${key.column}: { in: ${keys} },`,
          '  },',
        ]
      : [`  where: { ${where} },`]),
    ...plan.tail.map((line) => `  ${line},`),
    '})',
    `const ${map} = new Map(${list}.map((row) => [row.${key.column}, ${plan.value}]))`,
  ].join('\n')
  return { before: insertStatementBefore(source, outside, statements), within: plan.within }
}

interface Plan {
  method: string
  list: string
  head: string[]
  tail: string[]
  /** Of a row, what the Map holds. */
  value: string
  within: Edit[]
}

function planOf(
  site: QuerySite,
  operation: string,
  key: Key,
  name: string,
  map: string,
  awaited: Range,
): Plan | { needs: string } {
  const { source, args } = site
  const replaced = (text: string): Edit => ({
    file: source.file,
    from: awaited.start,
    to: awaited.end,
    text,
  })
  const others = (args?.members ?? []).filter((one) => one.key !== 'where')
  const by = `by: ['${key.column}']`
  if (operation === 'count') {
    if (others.length > 0) return needs('the count asks for more than a condition')
    return {
      method: 'groupBy',
      list: 'counts',
      head: [by],
      tail: ['_count: { _all: true }'],
      value: 'row._count._all',
      within: [replaced(`${map}.get(${key.value}) ?? 0`)],
    }
  }
  if (operation === 'aggregate') {
    const uses = usesOf(site, name, awaited)
    if (!uses || !others.every((one) => /^_(sum|avg|min|max)$/.test(one.key ?? '')))
      return needs('what becomes of a sum over no rows could not be told')
    return {
      method: 'groupBy',
      list: `${name}Rows`,
      head: [by],
      tail: others.map((one) => plainCode(source, one)),
      value: 'row',
      within: [replaced(`${map}.get(${key.value})`), ...uses],
    }
  }
  if (!/^find(Unique|First)$/.test(operation))
    return needs('a list per element is best read with the list itself: `include` the relation')
  const select = part(source, args, 'select')
  const unique = operation === 'findUnique' || key.column === 'id'
  if (!unique || key.where.members.length > 1 || (select && !memberOf(select, key.column)))
    return needs('which row belongs to which element cannot be told from what is read')
  return {
    method: 'findMany',
    list: `${name}Rows`,
    head: [],
    tail: others.map((one) => plainCode(source, one)),
    value: 'row',
    within: [replaced(`${map}.get(${key.value}) ?? null`)],
  }
}

/** `sum._sum.cents ?? 0` → `sum?._sum.cents ?? 0`, wherever it is used. */
function usesOf({ source }: QuerySite, name: string, { end }: Range): Edit[] | undefined {
  const scope = source.shape.body(end - 1)
  if (!scope) return undefined
  const all = [...source.text.slice(end, scope.end).matchAll(new RegExp(`(?<![\\w$.])${name}\\b`, 'g'))]
  const good = [
    ...source.text
      .slice(end, scope.end)
      .matchAll(new RegExp(`(?<![\\w$.])${name}(?=\\._(?:sum|avg|min|max)\\.[\\w$]+ \\?\\?)`, 'g')),
  ]
  if (all.length === 0 || all.length !== good.length) return undefined
  return good.map(({ index }) => {
    const at = end + index + name.length
    return { file: source.file, from: at, to: at, text: '?' }
  })
}

/** The query with the `await` before it. */
export function awaitOf({ source, call }: QuerySite): Range {
  const before = /\bawait\s+$/.exec(source.text.slice(0, call.start))
  return { start: before ? before.index : call.start, end: call.end }
}

/** A name that neither the module nor the functions around the query use. */
function free({ source, syntax, at }: QuerySite, name: string): string {
  const known = namesAt(syntax, at)
  const [outer] = functionsAround(syntax, at)
  const text = outer ? source.text.slice(outer.at, outer.end) : source.text
  const taken = (one: string): boolean =>
    known.has(one) || new RegExp(`(?<![\\w$.])${one}(?![\\w$])`).test(text)
  let result = name
  for (let count = 2; taken(result); count++) result = `${name}${count}`
  return result
}
