/** A validation schema of the project that says what a caller may write to a model. */
import { posix } from 'node:path'
import { addNamedImport } from '../changes/imports.ts'
import type { Edit } from '../core/change.ts'
import type { Entity } from '../project/data-model.ts'
import type { Access } from '../project/flow/events.ts'
import { isWrite } from '../project/flow/prisma.ts'
import { fieldSchema } from '../project/flow/schemas.ts'
import type { Value } from '../project/flow/value.ts'
import { readInputSchema } from '../project/input-schema.ts'
import { exportsName, isModuleName, rootOf } from '../project/names.ts'
import { argument } from '../project/ownership.ts'
import type { Project, Run } from '../project/project.ts'
import type { Syntax } from '../source/syntax.ts'
import type { Place } from './fix-site.ts'

export interface ModelSchema {
  /** Name of the constant in its module. */
  name: string
  syntax: Syntax
  /** What of it may be written: columns that tie the row to nothing. */
  fields: string[]
  /** It names nothing else. */
  all: boolean
  /** Every field may be left out. */
  optional: boolean
  /** A field that is left out gets a value: no schema for a change of some columns. */
  defaults: boolean
  /** What it is used for. */
  run: Run
  updates: boolean
}

/** Schemas of endpoints that write the model, those that do the same first. */
export function modelSchemas(project: Project, entity: Entity, access: Access): ModelSchema[] {
  const updates = isUpdate(access)
  const found = new Map<string, ModelSchema>()
  for (const run of project.runs) {
    const writes = run.events.filter(
      (event): event is Access =>
        event.k === 'access' && event.model === entity.name && isWrite(event.operation),
    )
    if (!run.endpoint || writes.length === 0) continue
    for (const value of schemasOf(run, writes)) {
      const schema = schemaOf(value, entity, run)
      if (!schema) continue
      const one = { ...schema, updates: writes.some(isUpdate) }
      const key = `${one.syntax.file} ${one.name}`
      const known = found.get(key)
      if (!known || (one.updates === updates && known.updates !== updates)) found.set(key, one)
    }
  }
  const near = (one: ModelSchema): number => Number(one.syntax.file === access.location.file)
  return [...found.values()]
    .filter((one) => !updates || !one.defaults)
    .toSorted(
      (a, b) =>
        Number(b.updates === updates) - Number(a.updates === updates) ||
        near(b) - near(a) ||
        b.fields.length - a.fields.length,
    )
}

export const isUpdate = ({ operation }: Access): boolean => operation.startsWith('update')

/** What the run parses with, and what the values that it writes were parsed with. */
function schemasOf(run: Run, writes: Access[]): Value[] {
  const parsed = run.events.flatMap((event) => (event.k === 'parse' && event.by ? [event.by] : []))
  const written = writes.flatMap((access) =>
    ['data', 'create', 'update'].flatMap((part) => {
      const value = argument(access, part)
      const open = value?.shape?.k === 'object' ? (value.shape.open ?? []) : []
      return [value, ...open].flatMap((one) => (one?.schema ? [one.schema] : []))
    }),
  )
  return [...parsed, ...written]
}

/** Steps after which keys can still be picked. */
const OBJECT = /^(object|strictObject|extend|safeExtend|merge|pick|omit|partial|required|strict)$/

function schemaOf(value: Value, entity: Entity, run: Run): Omit<ModelSchema, 'updates'> | undefined {
  const shape = value.shape
  if (shape?.k !== 'chain') return undefined
  const [first] = shape.steps
  const constant = first && constantAt(first.syntax, first.at, shape.root.split('.')[0] ?? '')
  if (!first || !constant) return undefined
  const steps = shape.steps.filter(
    ({ at, syntax }) => syntax === first.syntax && at >= constant.from && at < constant.to,
  )
  if (!steps.every((step) => OBJECT.test(step.name))) return undefined
  const own: Value = { ...value, shape: { ...shape, steps } }
  const read = readInputSchema(own, () => undefined)
  if (read.k !== 'object' || read.loose) return undefined
  const tied = new Set(entity.relations.flatMap((relation) => relation.keys))
  const fields = [...read.fields.keys()].filter((key) =>
    entity.fields.some((field) => field.name === key && !field.id && !field.relation && !tied.has(key)),
  )
  if (fields.length === 0) return undefined
  const hasDefault = (key: string): boolean => {
    const field = fieldSchema(own, key)?.shape
    return field?.k === 'chain' && field.steps.some((step) => /^(default|prefault|catch)$/.test(step.name))
  }
  return {
    name: constant.name,
    syntax: first.syntax,
    fields,
    all: fields.length === read.fields.size,
    optional: fields.every((key) => read.fields.get(key)?.optional === true),
    defaults: fields.some(hasDefault),
    run,
  }
}

/** The constant of the module whose value is the chain that begins with a root and holds the offset. */
function constantAt(
  syntax: Syntax,
  at: number,
  root: string,
): { name: string; from: number; to: number } | undefined {
  const index = syntax.body.findLastIndex((stmt) => stmt.at <= at)
  const stmt = syntax.body[index]
  if (stmt?.k !== 'let' || stmt.to.k !== 'bind' || !stmt.init || rootOf(stmt.init)?.name !== root)
    return undefined
  return {
    name: stmt.to.name,
    from: stmt.at,
    to: syntax.body[index + 1]?.at ?? Number.POSITIVE_INFINITY,
  }
}

/** Makes the schema known at a place; `undefined` when its module does not export it. */
export function bringSchema(
  project: Project,
  { name, syntax }: ModelSchema,
  to: Place,
): { edits: Edit[]; local: string } | undefined {
  const { file } = to.syntax
  if (syntax.file === file)
    return isModuleName(to.syntax, to.at, name) ? { edits: [], local: name } : undefined
  if (!exportsName(syntax, name)) return undefined
  return addNamedImport(to.source, specifierOf(project, syntax.file, file), name)
}

/** As this file or others import the module: by an alias or a package, else by its path. */
function specifierOf(project: Project, module: string, file: string): string {
  for (const one of [file, ...project.code]) {
    const { imports = [] } = project.program.syntax(one) ?? {}
    const found = imports.find(
      (specifier) =>
        (one === file || !specifier.startsWith('.')) &&
        project.program.resolve(one, specifier).file === module,
    )
    if (found !== undefined) return found
  }
  const path = posix.relative(posix.dirname(file), module).replace(/\.tsx?$/, '')
  return path.startsWith('.') ? path : `./${path}`
}
