/** From an endpoint to a request that it accepts: where each part of the input goes, and what stands there. */
import type { Endpoint } from '../core/map.ts'
import type { DataModel, EntityField } from '../project/data-model.ts'
import type { InputSchema } from '../project/input-schema.ts'
import type { Run } from '../project/project.ts'
import { meaningByName } from './by-name.ts'
import { type Input, type Inputs, inputsOf } from './inputs.ts'
import { isLanguage, LANGUAGE } from './language.ts'
import type { PageForm } from './page-form.ts'
import { guess, type Plain, sample } from './sample.ts'

/** One call of an endpoint, ready to be sent. */
export type Call =
  | { k: 'http'; method: string; path: string; json?: Plain; headers?: Record<string, string> }
  | {
      k: 'action'
      file: string
      name: string
      inline?: { at: number; of: number }
      page?: string
      /** What a page gave to call it with. */
      form?: PageForm
      args: (Plain | FormFields)[]
    }
  | { k: 'procedure'; path: string; type: 'query' | 'mutation'; input: Plain | undefined }

/** Becomes FormData: the fields in order. */
export interface FormFields {
  form: [string, string][]
}

export const isForm = (value: Plain | FormFields): value is FormFields =>
  typeof value === 'object' && value !== null && 'form' in value && Array.isArray(value.form)

export interface Template {
  run: Run
  endpoint: Endpoint
  inputs: Inputs
  dataModel: DataModel
  /** Of an endpoint that answers several methods: the one to use. */
  method?: string
}

/** Values by input path, over the samples that the schemas give. `undefined` leaves a part out. */
export type Bindings = (input: Input) => Plain | undefined

export interface Fill {
  bind: Bindings
  unique: string
  /** Values at exact paths, over everything else: `body.isAdmin`. Objects on the way are made. */
  set?: ReadonlyMap<string, Plain>
  /** What stands for a language in a path; empty: it is left out. */
  language?: string | undefined
  /** What may be left out of a body is left out. */
  bare?: boolean
}

export function templateOf(run: Run, dataModel: DataModel): Template | undefined {
  // The path of a route that hands on leads to nothing.
  const asked = run.inside?.endpoint ? run.inside : run
  return (
    asked.endpoint && { run: asked, endpoint: asked.endpoint, inputs: inputsOf(asked, dataModel), dataModel }
  )
}

/** A call with every part filled; `undefined` for kinds of endpoints that cannot be called from outside. */
export function callOf(template: Template, fill: Fill): Call | undefined {
  const { endpoint } = template
  switch (endpoint.kind) {
    case 'route':
    case 'hono':
    case 'pages-api':
    case 'page':
    case 'pages-ssr':
      return httpOf(template, fill)
    case 'action':
      return actionOf(template, fill)
    case 'procedure':
      return {
        k: 'procedure',
        path: endpoint.path,
        type: endpoint.method === 'mutation' ? 'mutation' : 'query',
        input: partOf(template, 'input', fill),
      }
    default:
      return undefined
  }
}

/** Parallel slots, groups and interception are not part of a URL. */
const segmentsOf = (path: string): string[] =>
  path.split('/').filter((part) => part !== '' && !/^(@|\([^.]*\)$)/.test(part))

const DYNAMIC = /^\[{1,2}(\.\.\.)?([^\]]+)\]{1,2}$|^:(.+?)\??$/

export function httpOf(template: Template, fill: Fill): Call & { k: 'http' } {
  const { endpoint } = template
  const names = new Set<string>()
  const segments = segmentsOf(endpoint.path).flatMap((segment, i, all) => {
    const bare = segment.replace(/^(\(\.{1,3}\))+/, '')
    const match = DYNAMIC.exec(bare)
    const name = match?.[2] ?? match?.[3]
    if (!match || name === undefined) return [bare]
    names.add(name)
    if (isLanguage(name)) return [fill.language ?? LANGUAGE].filter((one) => one !== '')
    const value = paramValue(template, name, fill) ?? rowNamed(template, name, all[i - 1], fill)
    if (value === undefined && segment.startsWith('[[')) return []
    return (Array.isArray(value) ? value : [value ?? guess(name, fill.unique)]).map((one) => encode(one))
  })
  const query = queryOf(template, names, fill)
  const path = `/${segments.join('/')}${query}`
  const method = template.method ?? methodOf(endpoint)
  const from = interceptedFrom(endpoint.location.file)
  if (from !== undefined) return { k: 'http', method, path, headers: { rsc: '1', 'next-url': from } }
  if (/^(GET|HEAD)$/.test(method)) return { k: 'http', method, path }
  const json = partOf(template, 'body', fill)
  return json === undefined ? { k: 'http', method, path } : { k: 'http', method, path, json }
}

/** An intercepting page is only shown to somebody who navigates from the page that it stands beside. */
function interceptedFrom(file: string): string | undefined {
  const inApp = /(?:^|\/)app\/(.*)$/.exec(file)?.[1] ?? ''
  const segments = inApp.split('/')
  const at = segments.findIndex((one) => /^\(\.{1,3}\)/.test(one))
  return at < 0 ? undefined : `/${segmentsOf(segments.slice(0, at).join('/')).join('/')}`
}

const encode = (value: Plain): string =>
  encodeURIComponent(typeof value === 'object' ? JSON.stringify(value) : String(value))

/** A handler of `pages/api` answers every method; one that is given input most likely reads a body. */
function methodOf({ method, kind }: Endpoint): string {
  if (kind === 'page' || kind === 'pages-ssr') return 'GET'
  return method === undefined || method === 'ANY' ? 'GET' : method
}

function paramValue(template: Template, name: string, { bind, set }: Fill): Plain | undefined {
  for (const root of ['params', 'query']) {
    const path = `${root}.${name}`
    const exact = set?.get(path)
    if (exact !== undefined) return exact
    const parts = template.inputs.all.filter((one) => one.path.startsWith(`${path}.`))
    if (parts.length > 0 && parts.every((one) => /^\d+$/.test(one.path.slice(path.length + 1)))) {
      const known = parts
        .sort((a, b) => a.path.localeCompare(b.path, 'en', { numeric: true }))
        .map((one) => set?.get(one.path) ?? bind(one))
      // Of an optional catch-all: as far as its parts are known.
      return known.some((one) => one !== undefined) ? known.map((one) => one ?? 'sample') : undefined
    }
    for (const input of template.inputs.all.filter((one) => one.path === path || one.path === `${path}[]`)) {
      const value = bind(input)
      if (value !== undefined) return value
    }
  }
  return undefined
}

/** `[websiteId]`, and `[id]` below `websites`, where no query was followed to its row. */
function rowNamed(
  { dataModel }: Template,
  name: string,
  above: string | undefined,
  { bind }: Fill,
): Plain | undefined {
  const meaning = meaningByName(dataModel, name, above)
  return meaning && bind({ path: `params.${name}`, meaning, use: 'picks' })
}

/** Required parts, and those that pick rows by a key: an optional filter would only hide rows. */
function queryOf(template: Template, params: ReadonlySet<string>, fill: Fill): string {
  const search = new URLSearchParams()
  for (const input of template.inputs.all) {
    const name = /^query\.([^.*]+)(\.|$)/.exec(input.path)?.[1]
    if (name === undefined || params.has(name) || search.has(name)) continue
    const value = fill.set?.get(input.path) ?? queryValue(template, input, fill)
    if (value !== undefined && value !== null)
      search.set(name, typeof value === 'object' ? JSON.stringify(value) : String(value))
  }
  for (const [path, value] of fill.set ?? []) {
    const name = /^query\.([^.]+)$/.exec(path)?.[1]
    if (name !== undefined && !params.has(name)) search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

function queryValue(template: Template, input: Input, { bind, unique }: Fill): Plain | undefined {
  const schema = template.inputs.schemas.get(input.path)
  const identifies = input.meaning !== undefined && isKey(template.dataModel, input)
  if (identifies) return bind(input)
  if (schema) return schema.optional ? undefined : (bind(input) ?? sample(schema, input.path, { unique }))
  return input.use === 'picks' ? bind(input) : undefined
}

/** An id, or something else that stands for one row. */
export function isKey(dataModel: DataModel, { meaning }: Input): boolean {
  const entity = meaning && dataModel.model(meaning.model)
  return entity?.fields.some((one) => one.name === meaning?.field && (one.id || one.unique)) ?? false
}

function actionOf(template: Template, fill: Fill): Call {
  const { set } = fill
  const { endpoint, run } = template
  const parameters = run.parameters?.length ? run.parameters : builderParameters(template, set)
  const args = parameters.map(({ name, form }): Plain | FormFields => {
    const isForm = form || template.inputs.all.some((one) => one.path === name && /^form(Data)?$/.test(name))
    const value = partOf(template, name, fill)
    if (isForm) return { form: fieldsOf(value) }
    const input = template.inputs.all.find((one) => one.path === name)
    return value ?? (input && input.whole === undefined ? typical(template, input, fill.unique) : null)
  })
  const { inline } = run
  return {
    k: 'action',
    file: endpoint.location.file,
    name: endpoint.path,
    ...(inline ? { inline: { at: inline.at, of: inline.of } } : {}),
    args,
  }
}

/** next-safe-action and zsa: one argument, named `input` by the flow reader. */
const builderParameters = ({ inputs }: Template, set: Fill['set']): { name: string; form: boolean }[] =>
  [...inputs.all.map(({ path }) => path), ...(set?.keys() ?? [])].some((path) => /^input(\.|$)/.test(path))
    ? [{ name: 'input', form: false }]
    : []

function fieldsOf(value: Plain | undefined): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([key, field]): [string, string][] =>
    field === null ? [] : [[key, typeof field === 'object' ? JSON.stringify(field) : String(field)]],
  )
}

/** The whole of one part of the input: `body`, `input`, the argument `orgId`. */
function partOf(
  template: Template,
  root: string,
  { bind, unique, set, bare = false }: Fill,
): Plain | undefined {
  const inputs = template.inputs.all.filter((one) => one.path === root || one.path.startsWith(`${root}.`))
  const schema = template.inputs.schemas.get(root)
  const known = (path: string): Plain | undefined => {
    const input = inputs.find((one) => one.path === path)
    return set?.get(path) ?? (input && bind(input))
  }
  let value = schema ? sample(schema, root, { unique, known, bare }) : known(root)
  for (const { path, whole } of inputs)
    if (whole !== undefined && isEmpty(at(value, root, path)))
      value = placed(value, root, path, columnsOf(template.dataModel, whole, unique))
  for (const input of inputs) {
    if (input.path === root || input.path.includes('*') || /\.(length|\d+)(\.|$)/.test(input.path)) continue
    const list = /^([^[]+)\[\]$/.exec(input.path)?.[1]
    if (list !== undefined && at(value, root, list) === undefined)
      value = placed(value, root, list, [known(input.path) ?? typical(template, input, unique)])
    if (input.path.includes('[]') || inputs.some((one) => one.path.startsWith(`${input.path}[]`))) continue
    if (at(value, root, input.path) !== undefined) continue
    if (schema && covers(schema, input.path.slice(root.length + 1).split('.')[0] ?? '')) continue
    const part = template.inputs.schemas.get(input.path)
    const made = known(input.path) ?? (part ? sample(part, input.path, { unique, known }) : undefined)
    const given =
      made ??
      (inputs.some((one) => one.path.startsWith(`${input.path}.`))
        ? undefined
        : guess(input.path.split('.').at(-1) ?? '', unique))
    if (given !== undefined) value = placed(value, root, input.path, given)
  }
  for (const [path, given] of set ?? [])
    if (path.startsWith(`${root}.`) || (path === root && value === undefined))
      value = placed(value, root, path, given)
  return value
}

/** Of a column that is written: what fits its type. */
function typical({ dataModel }: Template, { path, meaning }: Input, unique: string): Plain {
  const field = meaning && dataModel.model(meaning.model)?.fields.find((one) => one.name === meaning.field)
  return (field && ofType(dataModel, field, unique)) ?? guess(path.split('.').at(-1) ?? path, unique)
}

function ofType(dataModel: DataModel, { type, name }: EntityField, unique: string): Plain | undefined {
  if (type === 'String') return String(guess(name, unique))
  if (type === 'DateTime') return '2032-05-04T10:00:00.000Z'
  if (type === 'Boolean') return true
  if (/^(Int|BigInt|Float|Decimal)$/.test(type)) return 1
  return dataModel.enums.find((one) => one.name === type)?.values[0]?.name
}

const isEmpty = (value: Plain | undefined): boolean =>
  value === undefined || (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

/** What a caller would send to write a row: some text, and what the row cannot be without; no keys. */
function columnsOf(dataModel: DataModel, model: string, unique: string): Plain {
  const entity = dataModel.model(model)
  const keys = new Set([
    ...(entity?.relations ?? []).flatMap((one) => one.keys),
    ...(entity?.uniques ?? []).flat(),
  ])
  const fields = (entity?.fields ?? []).filter(
    ({ name, id, list, relation }) => !id && !list && !relation && !keys.has(name),
  )
  const texts = fields.filter(({ type }) => type === 'String').slice(0, 2)
  const required = fields.filter(({ optional, hasDefault }) => !optional && !hasDefault)
  const chosen = [...new Set([...texts, ...required])]
  return Object.fromEntries(
    chosen.flatMap((field) => {
      const value = ofType(dataModel, field, unique)
      return value === undefined ? [] : [[field.name, value] as const]
    }),
  )
}

/** The schema has said of a part what stands there, or that it may be left out. */
function covers(schema: InputSchema, key: string): boolean {
  if (schema.k === 'union') return schema.options.some((option) => covers(option, key))
  return schema.k === 'object' && !schema.loose && schema.fields.has(key)
}

function at(value: Plain | undefined, root: string, path: string): Plain | undefined {
  let here = value
  for (const key of path === root ? [] : path.slice(root.length + 1).split('.')) {
    if (typeof here !== 'object' || here === null || Array.isArray(here)) return undefined
    here = here[key]
  }
  return here
}

function placed(value: Plain | undefined, root: string, path: string, given: Plain): Plain {
  const keys = path === root ? [] : path.slice(root.length + 1).split('.')
  const put = (here: Plain | undefined, rest: string[]): Plain => {
    const [key, ...more] = rest
    if (key === undefined) return given
    const at = Number(key)
    if (Array.isArray(here) && Number.isInteger(at))
      return here.with(Math.min(at, here.length - 1), put(here[at], more))
    const before = typeof here === 'object' && here !== null && !Array.isArray(here) ? here : {}
    return { ...before, [key]: put(before[key], more) }
  }
  return put(value, keys)
}
