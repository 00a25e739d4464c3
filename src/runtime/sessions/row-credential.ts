/** Sessions and API keys that are rows of the application's own: found by what a cookie or header holds, or its hash. */
import { createHash, randomBytes } from 'node:crypto'
import type { Entity } from '../../project/data-model.ts'
import type { Access } from '../../project/flow/events.ts'
import { allDeps, type Value } from '../../project/flow/value.ts'
import { leaves } from '../../project/ownership.ts'
import type { Project, Run } from '../../project/project.ts'
import type { Expr } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { type Carrier, carry } from './carriers.ts'
import type { Missing, Question, Way } from './minter.ts'
import { insertRow } from './rows.ts'
import { filesWith } from './shape.ts'

export interface Hash {
  algorithm: string
  encoding: BufferEncoding
}

/** A row that a credential of the request picks. */
export interface Lookup {
  model: Entity
  field: string
  carrier: Carrier
  /** Absent: the credential itself is in the table. */
  hash?: Hash
}

/** Ways to make a session that is a row; nothing when the project looks none up. */
export function rowSessions(question: Question): Way[] | Missing | undefined {
  return waysOf(
    question,
    lookups(question.project).filter((one) => !isKey(one)),
  )
}

/** The same of API keys: what speaks for an organization or a program. */
export function rowKeys(question: Question): Way[] | Missing | undefined {
  return waysOf(question, lookups(question.project).filter(isKey))
}

const isKey = ({ model, carrier }: Lookup): boolean =>
  carrier.kind === 'header' && !/session/i.test(model.name) && !/^(user|account)$/i.test(model.name)

function waysOf({ project, running }: Question, found: readonly Lookup[]): Way[] | Missing | undefined {
  const { sql } = running
  const [first] = found
  if (!first) return undefined
  if (!sql) return { missing: `It is a row of ${first.model.name}, and there is no database to put it into.` }
  return found.map(({ model, field, carrier, hash }) => ({
    library: `a row of ${model.name}`,
    how: `${carrier.kind} ${carrier.name}, ${hash ? `${hash.algorithm} of it` : 'as it is'} in ${model.name}.${field}`,
    guessed: [],
    stored: true,
    async mint(user) {
      const key = `${prefixIn(project, model)}${randomBytes(24).toString('base64url')}`
      const stored = hash ? createHash(hash.algorithm).update(key).digest().toString(hash.encoding) : key
      await insertRow(project, sql, model, user, { [field]: stored })
      return carry(carrier, key)
    },
  }))
}

/** The row that a credential picks on the way through one endpoint: a session, or the key of a program. */
export function lookupOf(
  project: Project,
  run: Run,
): (Lookup & { key: boolean; prefix: string }) | undefined {
  for (const event of run.events) {
    const found = event.k === 'access' && /^find/.test(event.operation) ? lookupIn(project, event) : undefined
    if (found) return { ...found, key: isKey(found), prefix: prefixIn(project, found.model) }
  }
  return undefined
}

/** Every query whose row is picked by a credential, the most asked first. */
function lookups(project: Project): Lookup[] {
  const counts = new Map<string, { lookup: Lookup; count: number }>()
  for (const { events } of project.runs)
    for (const event of events) {
      const lookup =
        event.k === 'access' && /^find/.test(event.operation) ? lookupIn(project, event) : undefined
      if (!lookup) continue
      const key = `${lookup.model.name}.${lookup.field} ${lookup.carrier.name}`
      counts.set(key, { lookup, count: (counts.get(key)?.count ?? 0) + 1 })
    }
  return [...counts.values()].sort((a, b) => b.count - a.count).map(({ lookup }) => lookup)
}

function lookupIn(project: Project, access: Access): Lookup | undefined {
  const model = project.entity(access.model)
  for (const { path, value } of leaves(access.args)) {
    const deps = [...allDeps(value)]
    const held = deps.find((dep) => /^credential:(cookie|header) [^*]/.test(dep))
    // What a library has verified, or another row has told, is no longer the credential.
    if (!model || held === undefined || deps.some((dep) => /^(identity|row):/.test(dep))) continue
    const [kind, name = ''] = held.slice(11).split(' ')
    const field = path
      .split('.')
      .find((part) => model.fields.some((one) => one.name === part && !one.relation))
    if (!path.startsWith('where.') || field === undefined || isOther(model, field, name)) continue
    const carrier: Carrier = { kind: kind === 'cookie' ? 'cookie' : 'header', name }
    const hash = hashOf(value)
    if (!hash && deps.includes('derived:hash')) continue
    return { model, field, carrier, ...(hash ? { hash } : {}) }
  }
  return undefined
}

/** A signature is not looked up, a row of a user or a tenant is no session, and a public name is no key. */
const isOther = (model: Entity, field: string, name: string): boolean =>
  /signature/i.test(name) ||
  model.role === 'user' ||
  model.role === 'tenant' ||
  /client_?id|customer/i.test(field) ||
  (field === 'id' && !/session|token|key/i.test(model.name))

/** `createHash('sha256').update(key).digest('hex')`. A hash with a key is not made here. */
function hashOf(value: Value): Hash | undefined {
  const { shape } = value
  if (shape?.k !== 'chain' || shape.root !== 'createHash') return undefined
  const text = (name: string): string | undefined => {
    const arg = shape.steps.find((step) => step.name === name)?.args[0]?.shape
    return arg?.k === 'literal' && typeof arg.value === 'string' ? arg.value : undefined
  }
  const algorithm = text('()')
  const encoding = text('digest') ?? 'hex'
  return algorithm !== undefined && Buffer.isEncoding(encoding) ? { algorithm, encoding } : undefined
}

/** `wk_` of `wk_${randomBytes(32)…}`: some code looks at it. */
function prefixIn(project: Project, { delegate, name }: Entity): string {
  let found = ''
  for (const syntax of filesWith(project, new RegExp(`\\b(${delegate}|${name})\\b`)))
    walk(syntax, (expr) => {
      const [head = ''] = expr.k === 'template' ? expr.parts : []
      if (found === '' && expr.k === 'template' && /^[a-z]{2,12}([_-][a-z]{2,8})?[_-]$/.test(head))
        if (expr.items.some(isRandom)) found = head
    })
  return found
}

function isRandom(expr: Expr): boolean {
  if (expr.k === 'await' || expr.k === 'member') return isRandom(expr.of)
  if (expr.k !== 'call') return false
  if (expr.callee.k === 'name' && /^(randomBytes|nanoid|randomUUID)$/.test(expr.callee.name)) return true
  if (expr.callee.k === 'member' && /^random(Bytes|UUID)$/.test(expr.callee.key)) return true
  return isRandom(expr.callee)
}
