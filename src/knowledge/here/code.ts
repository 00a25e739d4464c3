/** How the code queries, validates, caches. */
import type { Fact } from '../../core/guidance.ts'
import { plural } from '../../core/wording.ts'
import { type About, calledName, callsOf, callsWhere, type Facts, packageOf, some } from './about.ts'

export const validation: Facts = ({ project, habits }) => {
  const { library, schemas, major } = habits.validation.value
  const { at } = habits.validation
  const writing = project.map.endpoints.filter(
    (one) =>
      one.method !== 'GET' && one.kind !== 'middleware' && one.kind !== 'page' && one.writes.length > 0,
  )
  const bare = writing.filter(
    (one) => one.validation.length === 0 && /^(POST|PUT|PATCH)$/.test(one.method ?? 'POST'),
  )
  const where = schemas === 'file' ? ', schemas in files of their own' : ', schemas beside the handlers'
  return [
    library === 'none'
      ? { text: 'No validation library is used.' }
      : { text: `${library}${major ? ` ${major}` : ''}${where}.`, ...(at && { at }) },
    ...some(
      bare.map(({ id, writes, location }) => ({
        text: `${id} writes ${writes.join(', ')} and parses nothing.`,
        at: location,
      })),
      'endpoint',
    ),
  ]
}

export const shapes: Facts = (about) => {
  const reads = callsOf(about, /^find/)
  const count = (key: 'select' | 'include') => reads.filter((one) => one[key] !== undefined).length
  if (reads.length === 0) return []
  const bare = reads.filter((one) => one.select === undefined && one.include === undefined)
  return [
    {
      text: `Of ${plural(reads.length, 'read')}, ${count('select')} have \`select\`, ${count('include')} \`include\`, ${bare.length} neither.`,
    },
    ...some(
      bare.map((one) => ({
        text: `\`${one.model}.${one.operation}\` reads every column.`,
        at: one.location,
      })),
      'read',
    ),
  ]
}

export const raw: Facts = ({ project }) =>
  some(
    project.map.queries
      .filter(({ operation }) => /^\$(query|execute)Raw/.test(operation))
      .map(({ operation, location, within }) => ({
        text: `\`${operation}\`${within === 'module' ? '' : ` in ${within}`}.`,
        at: location,
      })),
    'query',
  )

export const searches: Facts = (about) =>
  some(
    callsOf(about, /^find|^count/)
      .filter(({ where }) => /contains|search/.test(where ?? ''))
      .map((one) => ({
        text: `\`${one.model}.${one.operation}\` searches with \`contains\`: no B-tree index serves it.`,
        at: one.location,
      })),
    'search',
  )

export const aggregates: Facts = (about) =>
  some(
    callsOf(about, /^(aggregate|groupBy|count)$/).map((one) => ({
      text: `\`${one.model}.${one.operation}\`${one.inLoop ? ' in a loop' : ''}.`,
      at: one.location,
    })),
    'call',
  )

const CACHING = /^(unstable_cache|revalidateTag|revalidatePath|updateTag|cacheTag|cacheLife)$/

export const caching: Facts = (about) => {
  const calls = callsWhere(about, (call) => {
    const name = calledName(call) ?? ''
    return CACHING.test(name) ? name : undefined
  })
  const marked = about.project.code.flatMap((file) =>
    lineOf(about, file, /^\s*['"]use cache/).map((at) => ({ text: 'use cache', at })),
  )
  const redis = packageOf(about, 'ioredis', 'redis', '@upstash/redis', '@vercel/kv')
  const all = [...marked, ...calls]
  return [
    ...(redis ? [{ text: `${redis} is installed.` }] : []),
    {
      text: about.habits.app.cacheComponents
        ? '`cacheComponents` is on: what is cached says `use cache`.'
        : '`cacheComponents` is off: `use cache` needs it.',
    },
    ...[...new Set(all.map(({ text }) => text))].map((name) => byName(name, all)),
    ...(all.length === 0 ? [{ text: 'Nothing is cached in the code.' }] : []),
  ]
}

/** One fact for all calls of a function, with the first place. */
function byName(name: string, all: readonly Fact[]): Fact {
  const own = all.filter(({ text }) => text === name)
  const [first] = own
  return {
    text: `\`${name}\` is used in ${plural(own.length, 'place')}.`,
    ...(first?.at && { at: first.at }),
  }
}

function lineOf({ project }: About, file: string, pattern: RegExp) {
  const line = (project.sourceText(file) ?? '').split('\n').findIndex((one) => pattern.test(one)) + 1
  return line > 0 ? [{ file, line, column: 1 }] : []
}

/** Where clients are made, and what their pool is told. */
export const client: Facts = (about) => {
  const made = callsWhere(about, (call) =>
    call.isNew && calledName(call) === 'PrismaClient' ? 'A client is made here' : undefined,
  )
  const pools = callsWhere(about, (call) => {
    if (!call.isNew || calledName(call) !== 'PrismaPg') return undefined
    const [options] = call.args
    const keys = options?.k === 'object' ? options.props.map(({ key }) => key) : []
    const missing = [
      ...(keys.includes('max') ? [] : ['`max` (10 connections then)']),
      ...(keys.includes('connectionTimeoutMillis')
        ? []
        : ['`connectionTimeoutMillis` (a query then waits for ever when the pool is full)']),
    ]
    return missing.length > 0
      ? `The pool is made without ${missing.join(' and without ')}.`
      : 'The pool has `max` and `connectionTimeoutMillis`.'
  })
  const kept = about.project.code.filter((file) =>
    /globalThis|global as/.test(about.project.sourceText(file) ?? ''),
  )
  const facts = made.map(({ at }) => ({
    text: `${made.length > 1 ? `One of ${made.length} clients` : 'The only client'} is made here${at && kept.includes(at.file) ? ', and kept on `globalThis` across hot reloads' : ''}.`,
    ...(at && { at }),
  }))
  return [...some(facts, 'client'), ...pools]
}

/** What a process keeps in its own memory: another instance does not see it. */
export const memory: Facts = ({ project }) => {
  const found: Fact[] = project.code.flatMap((file) => {
    const syntax = project.program.syntax(file)
    if (!syntax || syntax.directive === 'client') return []
    return syntax.body.flatMap((stmt) => {
      if (
        stmt.k !== 'let' ||
        stmt.init?.k !== 'call' ||
        !stmt.init.isNew ||
        !/^(Map|Set|LRUCache)$/.test(calledName(stmt.init) ?? '') ||
        stmt.init.args.length > 0
      )
        return []
      const line = syntax.lines.filter((start) => start <= stmt.at).length
      return [
        {
          text: `A \`${calledName(stmt.init)}\` of the module: each instance has its own.`,
          at: { file, line, column: 1 },
        },
      ]
    })
  })
  return some(found, 'place')
}
