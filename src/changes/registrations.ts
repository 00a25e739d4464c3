/** What a recipe adds to files that are there: a router, a variable of the environment, an exception of the proxy. */
import type { Edit } from '../core/change.ts'
import { UserError } from '../core/error.ts'
import type { CallShape, Member, ObjectShape, Range } from '../source/shape.ts'
import { addNamedImport } from './imports.ts'
import { insertItem, insertProperty, type SourceFile } from './source-file.ts'
import { inStyle } from './style.ts'

export interface NewRouter {
  /** Under which its procedures are called: `auth`. */
  key: string
  /** Name of the export, and how this file imports it. */
  name: string
  from: string
  /** Name of the router that takes it; else `appRouter`, else the only one that is made of routers. */
  into?: string
}

/**
 * Registers a tRPC router: the import, and the key in the object of the outer router. `undefined` when the file has no
 * such object. Throws a UserError when another has the key.
 */
export function addRouter(source: SourceFile, router: NewRouter): Edit[] | undefined {
  const { key, name, from } = router
  const object = outerRouter(source, router.into)
  if (!object) return undefined
  const { edits, local } = addNamedImport(source, from, name)
  const present = object.members.find((one) => one.key === key)
  if (!present) {
    const code = key === local ? key : `${key}: ${local}`
    return [...edits, ...insertProperty(source, object, code)]
  }
  if (slice(source, present.value) === local) return edits
  throw new UserError(
    `The router of ${source.file} has \`${key}\` already: \`${firstLine(slice(source, present.value))}\`.`,
    'Give the new router another name.',
  )
}

function outerRouter(source: SourceFile, into: string | undefined): ObjectShape | undefined {
  const routers = source.shape
    .callsIn(wholeOf(source))
    .filter(({ name }) => /router$/i.test(name))
    .flatMap((call) => {
      const object = argument(source, call)
      return object ? [{ object, name: constantAt(source, call.start) }] : []
    })
  const named = routers.find(({ name }) => name === (into ?? 'appRouter'))
  if (named || into !== undefined) return named?.object
  const outer = routers.filter(({ object }) =>
    object.members.some((one) => /router$/i.test(slice(source, one.value))),
  )
  return outer.length === 1 ? outer[0]?.object : undefined
}

/** `appRouter` of `export const appRouter = createTRPCRouter({ … })` */
function constantAt(source: SourceFile, at: number): string | undefined {
  const statement = source.shape.statement(at)
  const head = statement && source.text.slice(statement.start, at)
  return head === undefined ? undefined : /(?:const|let|var)\s+([\w$]+)[^=]*=\s*$/.exec(head)?.[1]
}

export interface NewVariable {
  name: string
  /** Of the schema, with `z` for zod: `z.string().min(32)`. */
  schema: string
}

const variable = /^[A-Z][A-Z0-9_]*$/

/**
 * Lists variables where the project lists its own: in the zod schema of its environment or the `server` part of t3's
 * `createEnv`, and where values are handed over one by one (`runtimeEnv`). Those that are there stay. `undefined` when
 * the file has no such list.
 */
export function addEnvironmentVariables(
  source: SourceFile,
  variables: readonly NewVariable[],
): Edit[] | undefined {
  const whole = wholeOf(source)
  const t3 = source.shape.callsIn(whole).find(({ name }) => name === 'createEnv')
  const options = t3 && argument(source, t3)
  const z = zodIn(source)
  const schema = options ? partOf(source, options, 'server') : schemaOf(source)
  if (z === undefined || !(schema || options)) return undefined
  const listed = (variables: readonly NewVariable[]): string[] =>
    variables.map(({ name, schema: code }) => `${name}: ${code.replace(/\bz\b(?=\.)/g, z)}`)
  const missing = variables.filter(({ name }) => !schema?.members.some(({ key }) => key === name))
  const edits = schema
    ? insertProperties(source, schema, listed(missing))
    : insertProperty(
        source,
        options ?? { ...whole, members: [] },
        `server: {\n  ${listed(missing).join(',\n  ')},\n}`,
      )
  const handed = source.shape.objectsIn(whole).filter((one) => isHandedOver(source, one, options))
  return [
    ...(missing.length === 0 ? [] : edits),
    ...handed.flatMap((object) => {
      const absent = variables.filter(({ name }) => !object.members.some(({ key }) => key === name))
      return insertProperties(
        source,
        object,
        absent.map(({ name }) => `${name}: process.env.${name}`),
      )
    }),
  ]
}

/** An object of `NAME: process.env.NAME`, of the server too. */
function isHandedOver(source: SourceFile, object: ObjectShape, options: ObjectShape | undefined): boolean {
  const runtime = options?.members.find(({ value }) => value.start === object.start)?.key
  if (runtime === 'runtimeEnv' || runtime === 'runtimeEnvStrict') return true
  if (runtime !== undefined) return false
  return object.members.some(
    ({ key, value }) =>
      key !== undefined &&
      !key.startsWith('NEXT_PUBLIC_') &&
      slice(source, value).startsWith(`process.env.${key}`),
  )
}

/** The object of `z.object({ DATABASE_URL: … })`: of several, the one with most variables of the server. */
function schemaOf(source: SourceFile): ObjectShape | undefined {
  const secret = ({ members }: ObjectShape): number =>
    members.filter(({ key }) => key !== undefined && variable.test(key) && !key.startsWith('NEXT_PUBLIC_'))
      .length
  return source.shape
    .callsIn(wholeOf(source))
    .filter(({ name }) => /^(?:object|strictObject|looseObject)$/.test(name))
    .flatMap((call) => argument(source, call) ?? [])
    .filter((one) => secret(one) * 2 > one.members.length)
    .toSorted((a, b) => secret(b) - secret(a))[0]
}

/** What the file calls zod. */
function zodIn({ shape }: SourceFile): string | undefined {
  const zod = shape.imports.find(({ from, typeOnly }) => /^zod(?:\/.*)?$/.test(from) && !typeOnly)
  return zod?.names.find(({ imported }) => imported === 'z')?.local ?? zod?.namespace ?? zod?.default
}

export interface Exclusion {
  edits: Edit[]
  /** Paths below the prefix do not reach the file's function, after the edits. `unknown`: nobody can say from the text. */
  is: 'excluded' | 'unknown'
}

/**
 * Keeps `proxy.ts` or `middleware.ts` away from paths: adds them to the exceptions of its matchers,
 * `/((?!api/auth/|_next/static).*)`. `prefix` is without a slash in front and with one behind: `api/auth/`.
 */
export function addMatcherExclusion(source: SourceFile, prefix: string): Exclusion {
  const config = source.shape
    .objectsIn(wholeOf(source))
    .find((one) => constantAt(source, one.start) === 'config')
  const matcher = config?.members.find(({ key }) => key === 'matcher')?.value
  // Without a matcher it runs for every path.
  if (!matcher) return { edits: [], is: 'unknown' }
  const found = source.shape
    .strings()
    .filter((one) => one.start >= matcher.start && one.end <= matcher.end)
    .map((one) => exclusionIn(source, one, prefix))
  const known = found.length > 0 && found.every(({ is }) => is === 'excluded')
  return { edits: found.flatMap(({ edits }) => edits), is: known ? 'excluded' : 'unknown' }
}

function exclusionIn(source: SourceFile, string: Range, prefix: string): Exclusion {
  const pattern = source.text.slice(string.start + 1, string.end - 1)
  const at = pattern.indexOf('(?!')
  if (at < 0) {
    const fixed = /^[^:(*{\\]*/.exec(pattern)?.[0].replace(/^\//, '') ?? ''
    const apart = !fixed.startsWith(prefix) && !prefix.startsWith(fixed)
    return { edits: [], is: apart ? 'excluded' : 'unknown' }
  }
  // The exceptions are counted from where they stand.
  const lead = pattern.slice(0, at).replace(/[()]/g, '').replace(/^\//, '')
  if (/[:*{\\]/.test(lead) || lead.startsWith(prefix)) return { edits: [], is: 'unknown' }
  if (!prefix.startsWith(lead)) return { edits: [], is: 'excluded' }
  const rest = prefix.slice(lead.length)
  const isThere = alternatives(pattern, at + 3).some((one) => /^[\w/.-]+$/.test(one) && rest.startsWith(one))
  if (isThere) return { edits: [], is: 'excluded' }
  const from = string.start + 1 + at + 3
  return { edits: [{ file: source.file, from, to: from, text: `${rest}|` }], is: 'excluded' }
}

/** The alternatives of the group whose content begins at the offset. */
function alternatives(pattern: string, from: number): string[] {
  const found = ['']
  let depth = 0
  for (const character of pattern.slice(from)) {
    if (character === '(') depth++
    else if (character === ')' && depth-- === 0) break
    if (character === '|' && depth === 0) found.push('')
    else found.push((found.pop() ?? '') + character)
  }
  return found
}

/** Adds members behind the others; an empty object gets all of them at once. */
function insertProperties(source: SourceFile, object: ObjectShape, codes: readonly string[]): Edit[] {
  if (codes.length === 0) return []
  if (object.members.length > 0) return codes.flatMap((code) => insertProperty(source, object, code))
  const tall = slice(source, object).includes('\n')
  return insertItem(source, object, [], (margin) =>
    inStyle(codes.join(tall ? ',\n' : ', '), 'members', source.style, margin),
  )
}

function partOf(source: SourceFile, object: ObjectShape, key: string): ObjectShape | undefined {
  const value = object.members.find((one: Member) => one.key === key)?.value
  return value && source.shape.object(value.start)
}

function argument(source: SourceFile, { args: [first] }: CallShape): ObjectShape | undefined {
  return first && source.shape.object(first.start)
}

const wholeOf = ({ text }: SourceFile): Range => ({ start: 0, end: text.length })
const slice = ({ text }: SourceFile, { start, end }: Range): string => text.slice(start, end)
const firstLine = (text: string): string => text.split('\n')[0] ?? text
