/** One endpoint, as its tests need to know it: read from the model, nothing is run. */
import { posix } from 'node:path'
import { UserError } from '../../core/error.ts'
import type { DataModel, Entity } from '../../project/data-model.ts'
import type { Access } from '../../project/flow/events.ts'
import { isWrite } from '../../project/flow/prisma.ts'
import type { Value } from '../../project/flow/value.ts'
import type { Habits, Import } from '../../project/habits/habits.ts'
import type { InputSchema } from '../../project/input-schema.ts'
import { argument, type Leaf, leaves } from '../../project/ownership.ts'
import { meaningByName } from '../../proof/by-name.ts'
import type { Input } from '../../proof/inputs.ts'
import { isKey, type Template, templateOf } from '../../proof/request.ts'
import { guess } from '../../proof/sample.ts'
import { type Credential, credentialOf } from './credential.ts'
import type { RouteRun } from './endpoints.ts'
import type { TestsFacts } from './input.ts'
import { type Party, partyOf } from './party.ts'
import { reachedFrom } from './reach.ts'
import { type Known, validCode } from './schema-code.ts'
import { literal, lowerFirst, quoted } from './text.ts'

/** A key that the caller sends, and the row of the party that it stands for. */
export interface Key {
  /** `params.orgId`, `body.projectId` */
  path: string
  entity: Entity
  /** `project.id` */
  code: string
  /** Somebody's: a tenant, or something that belongs to one or to a user. */
  owned: boolean
}

export interface Subject {
  run: RouteRun
  label: string
  method: string
  file: string
  testFile: string
  facts: TestsFacts
  habits: Habits
  client: Import & { use: string }
  dataModel: DataModel
  template: Template
  params: { name: string; code: string; many: boolean }[]
  /** Code of the valid body's fields, of `party`; absent when none is read. */
  body?: { schema?: InputSchema; fields: [key: string, code: string][] }
  query: { schemas: Map<string, InputSchema>; fields: [key: string, code: string][] }
  keys: Key[]
  credential?: Credential
  party: Party
  accesses: Access[]
  /** Models of which it makes rows. */
  creates: Set<string>
  writes: boolean
  mocks: { headers: boolean; cache: boolean }
}

/** Throws a `UserError` where no test of this endpoint can be written. */
export function subjectOf(facts: TestsFacts, run: RouteRun, states: ReadonlyMap<string, string>): Subject {
  const { project, habits } = facts
  const dataModel = project.dataModels[0]
  const client = habits.client?.value
  if (!dataModel || !client)
    throw new UserError(
      'No module exports the Prisma client of this project, or it has no schema.',
      'Export one client from a module, such as src/lib/prisma.ts, and run the command again.',
    )
  if (dataModel.provider !== 'postgresql' && dataModel.provider !== 'cockroachdb')
    throw new UserError(
      `The tests are tried on PostgreSQL; the schema says ${dataModel.provider ?? 'nothing'}.`,
      'Use it on a project whose Prisma schema has the provider postgresql.',
    )
  const template = templateOf(run, dataModel)
  if (!template) throw new UserError(`${run.label} is no endpoint.`, 'Name another one.')
  const credential = credentialOf(project, run)
  const accesses = run.events.filter((event): event is Access => event.k === 'access')
  const creates = new Set(
    accesses.filter(({ operation }) => /^create/.test(operation)).map(({ model }) => model),
  )
  const keys = keysOf(template, dataModel)
  const party = partyOf(
    dataModel,
    [
      ...(credential?.models ?? []),
      ...people(dataModel, accesses, credential),
      ...keys.map(({ entity }) => entity.name),
      ...[...accesses.map(({ model }) => model), ...shownBeside(dataModel, accesses)].filter(
        (model) => !creates.has(model),
      ),
    ],
    new Map([
      ...statesOf(dataModel, accesses),
      ...flagsOf(dataModel, run),
      ...(credential?.fixed ?? []),
      ...states,
    ]),
  )
  const files = reachedFrom(project, run.endpoint.location.file, run.endpoint.method).map(({ file }) => file)
  const imported = (name: RegExp): boolean =>
    [...new Set(files)].some((file) => name.test(project.sourceText(file) ?? ''))
  return {
    run,
    label: run.label,
    method: run.endpoint.method,
    file: run.endpoint.location.file,
    testFile: testFileOf(habits, run),
    facts,
    habits,
    client,
    dataModel,
    template,
    params: paramsOf(template, keys),
    ...bodyOf(template, keys),
    query: queryOf(template, keys),
    keys,
    ...(credential ? { credential } : {}),
    party,
    accesses,
    creates,
    writes: accesses.some(({ operation }) => isWrite(operation)),
    mocks: { headers: imported(/from ['"]next\/headers['"]/), cache: imported(/from ['"]next\/cache['"]/) },
  }
}

/** Who belongs to a tenant does so by a row. */
function people(
  dataModel: DataModel,
  accesses: readonly Access[],
  credential: Credential | undefined,
): string[] {
  const { user, tenant } = dataModel
  if (!credential || user === undefined || !credential.models.includes(user)) return []
  const membership = dataModel.models.find(({ role }) => role === 'membership')
  const ofTenant = accesses.some(
    ({ model }) => model === tenant || dataModel.model(model)?.tenantPath !== undefined,
  )
  return tenant !== undefined && membership && ofTenant ? [tenant, membership.name] : []
}

/** Models whose rows are shown with others: `select: { lines: … }`. Without a row of them, an answer tells nothing of it. */
function shownBeside(dataModel: DataModel, accesses: readonly Access[]): string[] {
  const inside = (value: Value | undefined, entity: Entity | undefined): string[] => {
    if (value?.shape?.k !== 'object' || !entity) return []
    return [...value.shape.fields].flatMap(([name, field]): string[] => {
      const relation = entity.relations.find((one) => one.field === name)
      if (!relation) return []
      const parts = field.shape?.k === 'object' ? field.shape.fields : undefined
      const next = dataModel.model(relation.model)
      return [relation.model, ...inside(parts?.get('select'), next), ...inside(parts?.get('include'), next)]
    })
  }
  return accesses.flatMap((access) =>
    ['select', 'include'].flatMap((name) => inside(argument(access, name), dataModel.model(access.model))),
  )
}

/** Literals that the queries ask of the rows: `status: 'DRAFT'`. */
function statesOf(dataModel: DataModel, accesses: readonly Access[]): [string, string][] {
  return accesses.flatMap((access) =>
    leaves(argument(access, 'where')).flatMap(({ path, value }): [string, string][] => {
      const field = dataModel.model(access.model)?.fields.find(({ name }) => name === path)
      const shape = value.shape
      if (!field || field.relation || field.id || shape?.k !== 'literal' || shape.value == null) return []
      return [[`${access.model}.${path}`, literal(shape.value)]]
    }),
  )
}

/** What a condition asks of the caller's own rows, and would be off without: `canWrite`. */
function flagsOf(dataModel: DataModel, run: RouteRun): [string, string][] {
  const deps = run.events.flatMap(({ facts }) => facts.flatMap((fact) => [...fact.deps]))
  const named = new Set(deps.flatMap((dep) => /^field:(\w+)$/.exec(dep)?.[1] ?? []))
  const rows = new Set(deps.flatMap((dep) => /^(?:row|member):(\w+)$/.exec(dep)?.[1] ?? []))
  return dataModel.models
    .filter(({ name }) => rows.has(name))
    .flatMap((entity) =>
      entity.fields
        .filter(
          ({ name, type }) =>
            type === 'Boolean' && named.has(name) && /^(can|is|has|may|allow)[A-Z]|admin/.test(name),
        )
        .map(({ name }): [string, string] => [`${entity.name}.${name}`, 'true']),
    )
}

function keysOf(template: Template, dataModel: DataModel): Key[] {
  const named = paramNames(template).flatMap(({ name, above }): Input[] => {
    const path = `params.${name}`
    if (template.inputs.all.some((one) => one.path === path && one.meaning)) return []
    const meaning = meaningByName(dataModel, name, above)
    return meaning ? [{ path, meaning, use: 'picks' }] : []
  })
  return [...template.inputs.all, ...named].flatMap((input): Key[] => {
    const entity = input.meaning && dataModel.model(input.meaning.model)
    if (!entity || !input.meaning || input.path.includes('*') || input.path.includes('[]')) return []
    if (!/^(params|body|query)\./.test(input.path)) return []
    const field = entity.fields.find(({ name }) => name === input.meaning?.field)
    // A unique column that is written is not the key of a row that is there.
    if (!isKey(dataModel, input) || (!field?.id && input.use !== 'picks')) return []
    const owned = entity.role !== 'global' || entity.tenantPath !== undefined || entity.userPath !== undefined
    return [{ path: input.path, entity, code: `${lowerFirst(entity.name)}.${input.meaning.field}`, owned }]
  })
}

function paramNames({ endpoint }: Template): { name: string; above: string | undefined; many: boolean }[] {
  const segments = endpoint.path.split('/')
  return segments.flatMap((segment, i) => {
    const [, dots, name] = /^\[{1,2}(\.\.\.)?([^\]]+)\]{1,2}$/.exec(segment) ?? []
    return name === undefined ? [] : [{ name, above: segments[i - 1], many: dots !== undefined }]
  })
}

function paramsOf(template: Template, keys: readonly Key[]): Subject['params'] {
  return paramNames(template).map(({ name, many }) => {
    const path = `params.${name}`
    const key = keys.find((one) => one.path === path || one.path === `${path}.0`)
    const idType = key?.entity.fields.find((field) => key.code.endsWith(`.${field.name}`))?.type
    const code = key ? `party.${key.code}` : literal(String(guess(name, 'one')))
    return { name, many, code: key && idType !== 'String' ? `String(${code})` : code }
  })
}

const knownOf =
  (keys: readonly Key[]): Known =>
  (path) => {
    const key = keys.find((one) => one.path === path)
    return key && `party.${key.code}`
  }

function bodyOf(template: Template, keys: readonly Key[]): Pick<Subject, 'body'> {
  const { all, schemas } = template.inputs
  const schema = schemas.get('body')
  const known = knownOf(keys)
  if (schema?.k === 'object') {
    const fields = [...schema.fields].flatMap(([key, field]): [string, string][] => {
      const code = validCode(field, `body.${key}`, known)
      return code === undefined ? [] : [[key, code]]
    })
    return { body: { schema, fields } }
  }
  const read = all.filter(({ path }) => path === 'body' || path.startsWith('body.'))
  if (read.length === 0 || /^(GET|HEAD)$/.test(template.endpoint.method ?? '')) return {}
  const whole = read.find((one) => one.whole !== undefined)?.whole
  const written = whole === undefined ? [] : textsOf(template, whole)
  const fields = read
    .filter(({ path }) => /^body\.[\w$]+$/.test(path))
    .map(({ path }): [string, string] => {
      const name = path.slice(5)
      const part = schemas.get(path)
      return [name, (part && validCode(part, path, known)) ?? known(path) ?? literal(guess(name, 'one'))]
    })
  const unique = new Map([...written, ...fields])
  return { body: { fields: [...unique] } }
}

/** Of what is written as it comes: some text. */
const textsOf = ({ dataModel }: Template, model: string): [string, string][] =>
  (dataModel.model(model)?.fields ?? [])
    .filter(
      ({ type, id, unique, relation, name, list }) =>
        type === 'String' && !id && !unique && !relation && !list && !/id$/i.test(name),
    )
    .slice(0, 2)
    .map(({ name }) => [name, quoted(`Some ${name}`)])

function queryOf(template: Template, keys: readonly Key[]): Subject['query'] {
  const schemas = new Map<string, InputSchema>()
  const whole = template.inputs.schemas.get('query')
  if (whole?.k === 'object') for (const [key, field] of whole.fields) schemas.set(key, field)
  for (const [path, schema] of template.inputs.schemas) {
    const name = /^query\.([\w$]+)$/.exec(path)?.[1]
    if (name !== undefined) schemas.set(name, schema)
  }
  const fields = [...schemas].flatMap(([key, schema]): [string, string][] => {
    if (schema.optional) return []
    const code = validCode(schema, `query.${key}`, knownOf(keys))
    return code === undefined ? [] : [[key, code]]
  })
  return { schemas, fields }
}

/** Beside what is tested, or where the project keeps its tests; not in a folder that is named after a parameter. */
export function testFileOf({ tests, app }: Habits, { endpoint }: RouteRun): string {
  const above = (folder: string): string => (/[[(]/.test(folder) ? above(posix.dirname(folder)) : folder)
  const folder = above(posix.dirname(endpoint.location.file))
  const place =
    tests.placement === 'beside'
      ? folder
      : tests.placement === '__tests__'
        ? `${folder}/__tests__`
        : tests.placement
  const segments = endpoint.path.split('/').filter((one) => one !== '' && one !== 'api')
  const last = /^\[{1,2}(?:\.\.\.)?([^\]]+)\]/.exec(segments.at(-1) ?? '')?.[1]
  const named = [
    endpoint.method.toLowerCase(),
    ...segments.filter((one) => !one.startsWith('[')),
    ...(last === undefined ? [] : ['by', last.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()]),
  ].join('-')
  return `${place}/${styled(named, app.fileNames)}${tests.runner ? tests.ending : '.test.ts'}`
}

function styled(name: string, style: Habits['app']['fileNames']): string {
  if (style === 'kebab-case') return name
  const camel = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return style === 'camelCase' ? camel : camel.charAt(0).toUpperCase() + camel.slice(1)
}

/** A condition of a `where` with the field of the model that it is about. */
export interface Condition {
  access: Access
  entity: Entity
  field: string
  leaf: Leaf
}

/** Conditions that the rows of the endpoint are asked for besides keys of the caller. */
export function conditionsOf({ accesses, dataModel }: Subject): Condition[] {
  return accesses.flatMap((access) =>
    leaves(argument(access, 'where')).flatMap((leaf): Condition[] => {
      const entity = dataModel.model(access.model)
      const name = leaf.path.split('.')[0] ?? ''
      const field = entity?.fields.find((one) => one.name === name && !one.relation && !one.id)
      return entity && field ? [{ access, entity, field: name, leaf }] : []
    }),
  )
}
