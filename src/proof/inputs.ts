/** What an endpoint takes from its caller, and what each part of it means: read from one symbolic run. */
import type { DataModel, Entity } from '../project/data-model.ts'
import type { Access, Event } from '../project/flow/events.ts'
import { allDeps, type Value } from '../project/flow/value.ts'
import { type EnumValues, type InputSchema, readInputSchema } from '../project/input-schema.ts'
import { argument, clientInputs, leaves } from '../project/ownership.ts'
import type { Run } from '../project/project.ts'
import { meaningByName } from './by-name.ts'

/** A column that a value stands for. Foreign keys are resolved: `orgId` of an invoice is `Organisation.id`. */
export interface Meaning {
  model: string
  field: string
}

export interface Input {
  /** `params.orgId`, `query.page`, `body.customerId`, `form.title`, `input.boardId`: as the flow reader names it. */
  path: string
  /** What it is compared or written to. */
  meaning?: Meaning
  /** It picks rows (`where`), or it is written. */
  use: 'picks' | 'writes' | 'other'
  /** Written as it came, as an object: its keys are columns of this model. */
  whole?: string
}

export interface Inputs {
  all: Input[]
  /** Schemas by the path of what they parse: `body`, `input`, `query.status`. */
  schemas: Map<string, InputSchema>
}

/** Words of Prisma between a relation and its fields, which name no column. */
const WORDS =
  /^(AND|OR|NOT|is|isNot|some|every|none|equals|in|notIn|not|has|hasSome|hasEvery|contains|startsWith|endsWith|gt|gte|lt|lte|mode|connect|connectOrCreate|create|createMany|data|set|update|updateMany|upsert|delete|deleteMany|disconnect|where|push|increment|decrement)$/

export function inputsOf(run: Run, dataModel: DataModel): Inputs {
  const inputs = new Map<string, Input>()
  const add = (input: Input): void => {
    const known = inputs.get(input.path)
    if (!known || rank(input) > rank(known)) inputs.set(input.path, input)
  }
  for (const event of run.events) {
    for (const path of mentioned(event)) add({ path, use: 'other' })
    if (event.k === 'access') for (const input of ofAccess(event, dataModel)) add(input)
  }
  const schemas = schemasOf(run, dataModel)
  for (const [path, schema] of schemas)
    for (const leaf of leafPaths(path, schema)) add({ path: leaf, use: 'other' })
  const wholes = new Set(
    [...schemas].flatMap(([path, { k }]) =>
      !path.includes('.') && /^(object|union|record)$/.test(k) ? [path] : [],
    ),
  )
  const all = [...inputs.values()].map((input): Input => {
    // The path to a part was lost on the way to the query: the whole stands for no column.
    if (wholes.has(input.path) && input.meaning) return { path: input.path, use: 'other' }
    const meaning = input.meaning ?? meaningByName(dataModel, input.path.split('.').at(-1) ?? '')
    return meaning && !input.meaning
      ? { ...input, meaning, use: input.use === 'other' ? 'picks' : input.use }
      : input
  })
  return { all, schemas }
}

/** A meaning is worth more than none, a key that picks a row more than a value that is written. */
const rank = ({ meaning, use, whole }: Input): number =>
  (meaning || whole ? 4 : 0) + (use === 'picks' ? 2 : use === 'writes' ? 1 : 0)

function mentioned(event: Event): string[] {
  const deps = event.facts.flatMap((fact) => clientInputs(fact.deps))
  if (event.k === 'access') return [...deps, ...clientInputs(allDeps(event.args))]
  if (event.k === 'raw') return [...deps, ...event.spliced.flatMap((value) => clientInputs(allDeps(value)))]
  if (event.k === 'response') return [...deps, ...clientInputs(allDeps(event.value))]
  if (event.k === 'decode') return [...deps, ...clientInputs(event.from)]
  return deps
}

function ofAccess(access: Access, dataModel: DataModel): Input[] {
  const entity = dataModel.model(access.model)
  if (!entity) return []
  const part = (name: string, use: Input['use']): Input[] =>
    leaves(argument(access, name)).flatMap(({ path, value }): Input[] => {
      const client = value.client ?? only(clientInputs(value.deps))
      if (client === undefined) return []
      const meaning = meaningOf(entity, path, dataModel)
      if (meaning) return [{ path: client, meaning, use }]
      const whole = use === 'writes' && value.client !== undefined && (path === '' || path.endsWith('…'))
      return [whole ? { path: client, use, whole: entity.name } : { path: client, use }]
    })
  const written = ['data', 'create', 'update'].flatMap((name) => part(name, 'writes'))
  return [...part('where', 'picks'), ...part('cursor', 'picks'), ...written]
}

const only = (paths: string[]): string | undefined => (paths.length === 1 ? paths[0] : undefined)

/** The column at the end of a path through a `where` or a `data`: `orgId_userId.orgId`, `project.org.slug`. */
export function meaningOf(entity: Entity, path: string, dataModel: DataModel): Meaning | undefined {
  let here: Entity | undefined = entity
  for (const part of path.split('.')) {
    if (!here) return undefined
    if (WORDS.test(part) || part.endsWith('…')) continue
    const relation = here.relations.find((one) => one.field === part)
    if (relation) {
      here = dataModel.model(relation.model)
      continue
    }
    if (here.fields.some((field) => field.name === part)) return resolved(here, part)
    // The name of a compound key, or of a key with a name of its own: its parts follow.
  }
  return undefined
}

function resolved(entity: Entity, field: string): Meaning {
  const relation = entity.relations.find((one) => one.keys.includes(field))
  const reference = relation?.references[relation.keys.indexOf(field)]
  return relation && reference !== undefined
    ? { model: relation.model, field: reference }
    : { model: entity.name, field }
}

function schemasOf(run: Run, dataModel: DataModel): Map<string, InputSchema> {
  const enums: EnumValues = (name) =>
    dataModel.enums.find((one) => one.name === name)?.values.map((value) => value.name)
  const schemas = new Map<string, InputSchema>()
  const keep = (path: string, schema: InputSchema): void => {
    if (schema.k === 'unknown') return
    const known = schemas.get(path)
    // tRPC: several `.input()` of one procedure add up.
    if (known?.k === 'object' && schema.k === 'object')
      schemas.set(path, { ...known, fields: new Map([...known.fields, ...schema.fields]) })
    else if (!known) schemas.set(path, schema)
  }
  const parses = run.events.flatMap((event) =>
    event.k === 'parse' ? [{ input: event.input, schema: readInputSchema(event.by, enums) }] : [],
  )
  for (const { input, schema } of parses) for (const [path, part] of placed(input, schema)) keep(path, part)
  // What only depends on a part may be something else that was looked up with it: a schema of the part goes before.
  for (const { input, schema } of parses) {
    const path = lostPath(input, schema)
    if (path !== undefined && !schemaAt(schemas, path)) keep(path, schema)
  }
  return schemas
}

/** Which part of the input each part of a schema is for: `parse({ id, title })` takes its fields from several places. */
function placed(input: Value, schema: InputSchema): [string, InputSchema][] {
  if (input.client !== undefined) return [[input.client, schema]]
  if (input.shape?.k === 'object' && schema.k === 'object') {
    const fields = schema.fields
    return [...input.shape.fields].flatMap(([key, value]) => {
      const part = fields.get(key)
      return part ? placed(value, part) : []
    })
  }
  return []
}

/** The part of the input that a value depends on alone. */
function lostPath(input: Value, schema: InputSchema): string | undefined {
  if (input.client !== undefined || input.shape?.k === 'object') return undefined
  const path = only(clientInputs(allDeps(input)))
  // A part of the whole, whose name was lost: the schema of an id is none of the body that it came in.
  const whole = /^(body|query|input)$/.test(path ?? '') && !/^(object|union|array|record)$/.test(schema.k)
  return whole ? undefined : path
}

function leafPaths(path: string, schema: InputSchema): string[] {
  if (schema.k === 'array' && schema.of.k === 'object') return leafPaths(`${path}[]`, schema.of)
  if (schema.k === 'union' && schema.options.some(({ k }) => k === 'object'))
    return [
      ...new Set(schema.options.flatMap((option) => (option.k === 'object' ? leafPaths(path, option) : []))),
    ]
  if (schema.k !== 'object') return [path]
  return [...schema.fields].flatMap(([key, field]) => leafPaths(`${path}.${key}`, field))
}

/** `body.role`, in the schema of `body` when there is none of its own. */
export function schemaAt(schemas: ReadonlyMap<string, InputSchema>, path: string): InputSchema | undefined {
  const own = schemas.get(path)
  if (own) return own
  const parts = path.split('.')
  for (let cut = parts.length - 1; cut > 0; cut--) {
    let here = schemas.get(parts.slice(0, cut).join('.'))
    for (const key of parts.slice(cut)) here = fieldOf(here, key)
    if (here) return here
  }
  return undefined
}

function fieldOf(schema: InputSchema | undefined, key: string): InputSchema | undefined {
  if (schema?.k === 'union')
    return schema.options.map((option) => fieldOf(option, key)).find((one) => one !== undefined)
  return schema?.k === 'object' ? schema.fields.get(key) : undefined
}
