/** A sample, and code in prose, in the names of the project. */
import { posix } from 'node:path'
import type { Sample } from '../core/guidance.ts'
import type { Entity } from '../project/data-model.ts'
import { withAnswers, withErrors } from './calls.ts'
import { canonical } from './canonical.ts'
import { withImports } from './imports.ts'
import { type Names, pluralOf, renamed } from './names.ts'

export function filledSample(sample: Sample, names: Names): Sample {
  const file = sample.file === undefined ? undefined : fileFor(sample.file, names)
  if (sample.language === 'ts') {
    const target = file ?? `${canonical.modules}/example.ts`
    const code = withImports(rawSql(sample.text, names), target, names.habits)
    const called = withAnswers(withErrors(code, names.habits), names.habits)
    return { ...sample, ...(file && { file }), text: fitted(identifiers(called, names), names) }
  }
  const text = sample.language === 'sql' ? sqlText(sample.text, names) : identifiers(sample.text, names)
  return {
    ...sample,
    ...(file && { file }),
    text: sample.language === 'prisma' ? aligned(indexed(text, names)) : text,
  }
}

/** Words stay, `code` is renamed. */
export function filledProse(text: string, names: Names): string {
  return text.replace(/`[^`]+`/g, (code) => identifiers(code, names))
}

/** Folders as the project has them. */
function fileFor(file: string, names: Names): string {
  const { app, schema, client } = names.habits
  if (file === `${canonical.modules}/prisma.ts`) return client?.value.file ?? file
  const endpoint = names.subject.endpoint
  if (endpoint?.kind === 'route' && file === `${canonical.routes}/orders/route.ts`)
    return endpoint.location.file
  const [, extension = ''] = /(\.\w+)$/.exec(file) ?? []
  if (extension === '.prisma') return schema?.file ?? file
  const plain = file
    .split('/')
    .map((part) => fileName(part, names))
    .join('/')
  if (file.startsWith(`${canonical.routes}/`)) return plain.replace(canonical.routes, app.routes)
  if (file.startsWith(`${canonical.modules}/`)) return plain.replace(canonical.modules, app.modules.value)
  const source = posix.join(app.folder, app.source)
  return file.startsWith('src/') ? posix.join(source, plain.slice(4)) : plain
}

/** `orders.ts` → `work-orders.ts` */
function fileName(part: string, names: Names): string {
  const [, stem = '', rest = ''] = /^([\w-]+)(.*)$/.exec(part) ?? []
  const camel = stem.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  const name = renamed(camel, names.pairs)
  if (name === camel) return part
  const { fileNames } = names.habits.app
  const written = fileNames === 'kebab-case' ? kebab(name) : fileNames === 'PascalCase' ? upper(name) : name
  return `${written}${rest}`
}

const kebab = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1-$2').toLowerCase()
const upper = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

/** Paths first, then what is known of the client and the session, then every identifier. */
function identifiers(text: string, names: Names): string {
  const { habits, subject } = names
  const path = subject.endpoint?.path.startsWith('/') ? subject.endpoint.path : undefined
  let result = text
  if (path) result = result.replaceAll(canonical.path, path)
  else if (subject.entity)
    result = result.replaceAll(canonical.path, `/api/${kebab(pluralOf(subject.entity.name))}`)
  if (names.ownerPath.length > 0) result = nested(result, names)
  return result.replace(/(?<![\w-])[A-Za-z_]\w*(?![\w-]*\.md)/g, (word, at: number) => {
    if (word === canonical.client.name) return clientAt(result, at, habits)
    if (word === canonical.session.name) {
      const accessor = habits.authentication.accessor?.value
      return accessor
        ? (accessor.local ?? (accessor.member ? `${accessor.name}.${accessor.member}` : accessor.name))
        : word
    }
    if (word === canonical.tenantKey) return names.ownerKey ?? word
    if (word === canonical.createdAt) return names.createdAt ?? word
    if (word === canonical.note) return names.note ?? word
    if (names.values.has(word)) return names.values.get(word) ?? word
    return renamed(word, names.pairs)
  })
}

/** As queries name it; where the sample makes the client, as it is exported. */
function clientAt(text: string, at: number, { client }: Names['habits']): string {
  const { name } = canonical.client
  if (!client) return name
  if (/^prisma\.[$a-z]/.test(text.slice(at))) return client.value.use
  const isMade = /(?:export const |kept = )$/.test(text.slice(0, at)) && client.value.name !== 'default'
  return isMade ? client.value.name : name
}

/** Where the key is on a parent's table, a condition on it goes through the relation. */
function nested(text: string, { ownerPath, ownerKey }: Names): string {
  if (ownerKey === undefined) return text
  const [open, close] = [ownerPath.map((field) => `${field}: { `).join(''), ' }'.repeat(ownerPath.length)]
  return text.replace(
    /(where: \{[^{}]*?)\b(orgId(?:: [\w.]+)?)/g,
    (whole: string, before: string, key: string, at: number) =>
      isOfOtherModel(text.slice(0, at)) ? whole : `${before}${open}${key}${close}`,
  )
}

/** Whether the call that is open at the end of `before` is of a model that the path does not begin at: `prisma.product.update(`. */
function isOfOtherModel(before: string): boolean {
  const delegate = [...before.matchAll(/\b(?:prisma|tx)\.(\w+)\.\w+\(/g)].at(-1)?.[1]
  return delegate !== undefined && delegate !== canonical.model.toLowerCase()
}

/** SQL in a tagged template. */
const rawSql = (text: string, names: Names): string =>
  text.replace(
    /(\$(?:query|execute)Raw(?:<[^`]*>)?`)([^`]*)`/g,
    (_, tag: string, sql: string) => `${tag}${sqlText(sql, names)}\``,
  )

/** Names of tables and columns, which stand in quotes. */
function sqlText(text: string, names: Names): string {
  const subject = names.subject.entity
  const column = (name: string): string | undefined =>
    subject?.fields.find((field) => field.name === name)?.column
  return text.replace(/"(\w+)"/g, (whole, name: string) => {
    const pair = names.pairs.find(({ from }) => from === name)
    if (pair) return `"${pair.to.table}"`
    if (name === canonical.tenantKey && names.ownerKey !== undefined && names.ownerPath.length === 0)
      return `"${column(names.ownerKey) ?? names.ownerKey}"`
    if (name === canonical.createdAt && names.createdAt)
      return `"${column(names.createdAt) ?? names.createdAt}"`
    const note = names.note === undefined ? undefined : (column(names.note) ?? names.note)
    if (name === canonical.note && note !== undefined) return `"${note}"`
    const known = column(name)
    if (known) return `"${known}"`
    const owner = names.ownerPath.length === 0 ? names.ownerKey : undefined
    const replaced = renamed(name, names.pairs)
      .replace(/(?<=_)note(?=_)/, note ?? canonical.note)
      .replace(/(?<=_)orgId(?=_)/, owner ?? canonical.tenantKey)
    return replaced === name ? whole : `"${replaced}"`
  })
}

/** A `select` on one line keeps the columns that the model has. */
function fitted(text: string, { subject }: Names): string {
  const { entity } = subject
  if (!entity) return text
  return text.replace(/select: \{ ((?:\w+: true(?:, )?)+) \}/g, (whole, list: string) => {
    const columns = list.split(', ')
    const kept = columns.filter((one) => hasColumn(entity, one.replace(': true', '')))
    return kept.length > 0 ? `select: { ${kept.join(', ')} }` : whole
  })
}

/** An index has the columns that the model has, or that the sample adds. */
function indexed(text: string, { subject }: Names): string {
  const { entity } = subject
  if (!entity) return text
  const own = new RegExp(`^model ${entity.name} \\{\\n([\\s\\S]*?)^\\}`, 'm')
  return text.replace(own, (block, body: string) =>
    block.replace(/@@index\(\[([^\]]+)\]\)/g, (whole, list: string) => {
      const columns = list.split(', ')
      const kept = columns.filter((one) => hasColumn(entity, one) || new RegExp(`^ *${one} `, 'm').test(body))
      return kept.length > 0 ? `@@index([${kept.join(', ')}])` : whole
    }),
  )
}

/** Names and types of a block in columns again, as Prisma formats them. */
function aligned(text: string): string {
  return text.replace(/^(\w+ \w+ \{\n)([\s\S]*?)(^\})/gm, (_, open: string, body: string, close: string) => {
    const rows = body.split('\n').map((line) => /^ {2}(\w+) +(\S+) *(.*)$/.exec(line) ?? line)
    const fields = rows.filter((row) => typeof row !== 'string')
    const width = (at: number): number => Math.max(0, ...fields.map((row) => row[at]?.length ?? 0))
    const [names, types] = [width(1), width(2)]
    const lines = rows.map((row) =>
      typeof row === 'string'
        ? row
        : `  ${(row[1] ?? '').padEnd(names)} ${(row[2] ?? '').padEnd(types)} ${row[3] ?? ''}`.trimEnd(),
    )
    return `${open}${lines.join('\n')}${close}`
  })
}

const hasColumn = (entity: Entity, name: string): boolean =>
  entity.fields.some((field) => field.name === name)
