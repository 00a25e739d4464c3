/** What the tests of an endpoint ask: derived from the model; how it answers is seen when they are asked. */
import type { EntityField } from '../../project/data-model.ts'
import { dataOf, type PartyRow } from './party.ts'
import { variationsOf } from './schema-code.ts'
import { conditionsOf, type Key, type Subject } from './subject.ts'
import { keyed, literal, words } from './text.ts'

export type Group =
  | 'happy'
  | 'stranger'
  | 'role'
  | 'foreign'
  | 'unknown'
  | 'body'
  | 'query'
  | 'params'
  | 'json'
  | 'repeat'
  | 'beside'
  | 'state'
  | 'limit'

export interface Probe {
  id: string
  group: Group
  /** End of a test's name: `an empty title`. */
  what: string
  /** `south` exists as well. */
  both: boolean
  /** Statements before the request. */
  setup: string[]
  /** Whose request it is. */
  of: 'north' | 'south'
  /** What differs from the valid request, as code of an object; empty for nothing. */
  call: string
  expected: 'taken' | 'refused' | 'either'
  /** Input that it is about: `title`, so that an answer may name it. */
  about?: string
  /** Of a body: the field and the code of its value. */
  value?: [string, string]
  /** Of a role: the column that says it, and its value. */
  role?: { row: PartyRow; field: string; value: string }
  /** Of foreign rows: what must not be reached. */
  key?: Key
  /** How many rows there are in a list. */
  rows?: number
}

type Draft = Pick<Probe, 'group' | 'what'> & Partial<Probe>

export function probesOf(subject: Subject): Probe[] {
  const drafts: Draft[] = [
    { group: 'happy', what: 'the request', expected: 'taken' },
    ...strangers(subject),
    ...roles(subject),
    ...foreign(subject),
    ...unknownRows(subject),
    ...params(subject),
    ...queries(subject),
    ...bodies(subject),
    ...(subject.writes
      ? [
          { group: 'repeat' as const, what: 'it a second time', setup: ['await send(north)'] },
          { group: 'beside' as const, what: 'the same of another', both: true, setup: ['await send(south)'] },
        ]
      : [{ group: 'beside' as const, what: 'rows of another', both: true }]),
    ...states(subject),
    ...limits(subject),
  ]
  return drafts.map((draft, i) => ({
    both: false,
    setup: [],
    of: 'north',
    call: '',
    expected: 'either',
    ...draft,
    id: `${draft.group} ${i}`,
  }))
}

function strangers({ credential, client }: Subject): Draft[] {
  if (!credential) return []
  const refused = { group: 'stranger' as const, expected: 'refused' as const }
  return [
    { ...refused, what: 'nobody', call: '{ as: null }' },
    ...credential.wrong.map(({ what, headers, before }) => ({
      ...refused,
      what,
      call: `{ headers: ${headers} }`,
      setup: before === undefined ? [] : [before.replace('‹client›', client.use)],
    })),
  ]
}

const ROLE = /role|type|level|permission|admin|^(can|is|has|may|allow)[A-Z]/i

/** Every value of what a caller may be. */
function roles({ party, dataModel, credential, client }: Subject): Draft[] {
  if (!credential) return []
  const people = party.rows.filter(
    ({ entity }) => entity.role === 'membership' || credential.models.includes(entity.name),
  )
  return people.flatMap((row) =>
    row.entity.fields
      .filter(({ name, relation, list }) => ROLE.test(name) && !relation && !list)
      .flatMap((field) =>
        valuesOf(dataModel, field).map(
          (value): Draft => ({
            group: 'role',
            what: field.type === 'Boolean' ? `somebody whose ${field.name} is ${value}` : `${aOr(value)}`,
            setup: [updateOf(client.use, row, `north.${row.variable}`, field.name, value)],
            role: { row, field: field.name, value },
          }),
        ),
      ),
  )
}

const aOr = (value: string): string => value.replace(/'/g, '')

function valuesOf(dataModel: Subject['dataModel'], { type }: EntityField): string[] {
  if (type === 'Boolean') return ['true', 'false']
  return (dataModel.enums.find(({ name }) => name === type)?.values ?? []).map(({ name }) => literal(name))
}

/** A statement that sets one column of a row. */
export function updateOf(client: string, row: PartyRow, of: string, field: string, code: string): string {
  return `await ${client}.${row.entity.delegate}.update({ where: ${whereOf(row, of)}, data: { ${field}: ${code} } })`
}

/** The key of a row, as code: `{ id: north.project.id }`. */
export function whereOf({ entity }: Pick<PartyRow, 'entity'>, of: string): string {
  const id = entity.fields.find((one) => one.id)
  if (id) return `{ ${id.name}: ${of}.${id.name} }`
  const [set = []] = entity.uniques
  const parts = set.map((name) => `${name}: ${of}.${name}`).join(', ')
  return set.length === 1 ? `{ ${parts} }` : `{ ${set.join('_')}: { ${parts} } }`
}

/** Override of one input: `{ params: { orgId: … } }` */
function override({ path }: Pick<Key, 'path'>, code: string, subject: Subject): string {
  const [root = '', name = ''] = path.split('.')
  const text = root !== 'body' && !subject.keys.some((one) => one.path === path && typeOf(one) === 'String')
  return `{ ${root}: { ${keyed(name)}: ${text ? `String(${code})` : code} } }`
}

const typeOf = ({ entity, code }: Key): string =>
  entity.fields.find(({ name }) => code.endsWith(`.${name}`))?.type ?? 'String'

/** Rows of somebody else, one key at a time, then all at once. */
function foreign(subject: Subject): Draft[] {
  const { keys, credential, dataModel } = subject
  if (!credential) return []
  const owned = keys.filter((one) => one.owned && one.entity.name !== dataModel.user)
  const one = owned.map(
    (key): Draft => ({
      group: 'foreign',
      what: `${words(key.entity.name)} of somebody else`,
      both: true,
      call: override(key, `south.${key.code}`, subject),
      expected: 'refused',
      about: key.path,
      key,
    }),
  )
  const all: Draft = {
    group: 'foreign',
    what: 'what somebody else has',
    both: true,
    of: 'south',
    call: '{ as: north }',
    expected: 'refused',
  }
  return owned.length > 1 ? [...one, all] : one
}

/** Keys of no row. */
function unknownRows(subject: Subject): Draft[] {
  return subject.keys.flatMap((key): Draft[] => {
    const code = unknownOf(key)
    if (code === undefined || key.entity.name === subject.dataModel.user) return []
    return [
      {
        group: 'unknown',
        what: `${words(key.entity.name)} that does not exist`,
        call: override(key, code, subject),
        expected: 'refused',
      },
    ]
  })
}

function unknownOf(key: Key): string | undefined {
  const field = key.entity.fields.find(({ name }) => key.code.endsWith(`.${name}`))
  const made = field?.default?.kind === 'call' ? field.default.name : ''
  if (field?.type === 'Int') return '2_000_000'
  if (field?.type === 'BigInt') return '2_000_000n'
  if (field?.type !== 'String') return undefined
  if (/uuid/.test(made)) return "'3f2c8f0e-6a51-4d0b-9d3a-0b6f5c1e7a42'"
  return "'cjld2cjxh0000qzrmn831i7rn'"
}

const known =
  ({ keys }: Subject) =>
  (path: string): string | undefined => {
    const key = keys.find((one) => one.path === path)
    return key && `north.${key.code}`
  }

function params(subject: Subject): Draft[] {
  return [...subject.template.inputs.schemas].flatMap(([path, schema]): Draft[] => {
    const whole = path === 'params' && schema.k === 'object' ? [...schema.fields] : []
    const name = /^params\.([\w$]+)$/.exec(path)?.[1]
    const parts = name === undefined ? whole : [[name, schema] as const]
    return parts.flatMap(([key, part]) =>
      variationsOf(part, `params.${key}`, known(subject), true)
        .filter(({ code, expected }) => code !== 'undefined' && expected === 'refused' && code !== "''")
        .map(
          ({ what, code, expected }): Draft => ({
            group: 'params',
            what,
            call: `{ params: { ${keyed(key)}: ${code} } }`,
            expected,
          }),
        ),
    )
  })
}

function queries(subject: Subject): Draft[] {
  const inputs = [...subject.query.schemas].flatMap(([key, schema]): Draft[] =>
    variationsOf(schema, `query.${key}`, known(subject), true).map(
      ({ what, code, expected }): Draft => ({
        group: 'query',
        what,
        call: `{ query: { ${keyed(key)}: ${code} } }`,
        expected,
        about: key,
      }),
    ),
  )
  const filters = subject.keys
    .filter(({ path }) => path.startsWith('query.'))
    .map(
      (key): Draft => ({
        group: 'query',
        what: `the ${words(key.path.slice(6))} of a row`,
        call: override(key, `north.${key.code}`, subject),
      }),
    )
  const plain = subject.template.inputs.all
    .filter(
      ({ path, use }) =>
        /^query\.[\w$]+$/.test(path) && use === 'picks' && !subject.query.schemas.has(path.slice(6)),
    )
    .map(
      ({ path }): Draft => ({
        group: 'query',
        what: `another ${words(path.slice(6))}`,
        call: `{ query: { ${keyed(path.slice(6))}: 'another' } }`,
      }),
    )
  return [...inputs, ...filters, ...plain]
}

function bodies(subject: Subject): Draft[] {
  const { body } = subject
  if (!body) return []
  const schema = body.schema?.k === 'object' ? body.schema : undefined
  const fields = [...(schema?.fields ?? [])].flatMap(([key, field]): Draft[] =>
    variationsOf(field, `body.${key}`, known(subject)).map(({ what, code, expected }) => ({
      group: 'body',
      what,
      call: `{ body: { ${keyed(key)}: ${code} } }`,
      expected,
      about: key,
      value: [key, code],
    })),
  )
  return [
    ...fields,
    {
      group: 'body',
      what: 'a field that is not known',
      call: '{ body: { unexpected: true } }',
      value: ['unexpected', 'true'],
    },
    { group: 'json', what: 'what is not JSON', call: "{ body: '{' }", expected: 'refused' },
    { group: 'json', what: 'a list', call: "{ body: '[]' }", expected: 'either' },
  ]
}

const FAR = ["new Date('2001-01-01T00:00:00.000Z')", "new Date('2062-01-01T00:00:00.000Z')"]

/** Rows in a state in which the queries would not find them, or would. */
function states(subject: Subject): Draft[] {
  const { party, creates, client, dataModel } = subject
  const seen = new Set<string>()
  return conditionsOf(subject)
    .flatMap(({ entity, field, leaf }): Draft[] => {
      const key = `${entity.name}.${field}`
      const column = entity.fields.find(({ name }) => name === field)
      if (seen.has(key) || !column || entity.relations.some(({ keys }) => keys.includes(field))) return []
      if (leaf.value.client !== undefined && column.type !== 'DateTime') return []
      seen.add(key)
      const values = column.type === 'DateTime' ? FAR : valuesOf(dataModel, column)
      const row = party.row(entity.name)
      return values.map((value): Draft => {
        const what = `${words(entity.name)} whose ${words(field)} is ${/Date/.test(value) ? value.slice(10, 14) : aOr(value)}`
        if (row)
          return {
            group: 'state',
            what,
            setup: [updateOf(client.use, row, `north.${row.variable}`, field, value)],
          }
        const all = `await ${client.use}.${entity.delegate}.updateMany({ data: { ${field}: ${value} } })`
        return creates.has(entity.name)
          ? { group: 'state', what, setup: ['await send(north)', all] }
          : { group: 'state', what: '' }
      })
    })
    .filter(({ what }) => what !== '')
}

/** So many rows that a list which has an end shows it. */
const MANY = 130

function limits(subject: Subject): Draft[] {
  const { method, accesses, party, client, query } = subject
  if (method !== 'GET') return []
  const lists = accesses.filter(({ operation }) => operation === 'findMany')
  const row = lists.flatMap(({ model }) => party.row(model) ?? [])[0]
  if (!row) return []
  const make = (count: number): string[] => {
    const data = dataOf(row, (variable) => `north.${variable}`)
    return [
      `const names = Array.from({ length: ${count} }, (_, i) => \`another \${i}\`)`,
      `await ${client.use}.${row.entity.delegate}.createMany({ data: names.map((name) => (${data})) })`,
    ]
  }
  const pages = [...query.schemas].flatMap(([key, schema]): Draft[] =>
    schema.k !== 'number'
      ? []
      : [1, 2].map((value) => ({
          group: 'limit',
          what: `${words(key)} ${value}`,
          setup: make(2),
          call: `{ query: { ${keyed(key)}: '${value}' } }`,
          rows: 3,
        })),
  )
  return [{ group: 'limit', what: 'many rows', setup: make(MANY), rows: MANY + 1 }, ...pages]
}
