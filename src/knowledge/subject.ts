/** What of the project a question is about: an endpoint, a model. */
import type { Endpoint } from '../core/map.ts'
import type { Entity } from '../project/data-model.ts'
import type { Project } from '../project/project.ts'
import { stemOf, wordsOf } from './words.ts'

export interface Subject {
  entity?: Entity
  endpoint?: Endpoint
  /** The path as the question wrote it, and whether the endpoint has exactly that one. */
  path?: { asked: string; exact: boolean }
  /** A column of the model that the question names: `Customer.email`. */
  field?: string
  /** Models that it names after the first one. */
  also?: Entity[]
  /** The question names it; otherwise it is an example. */
  named: boolean
}

/** What the question names, and the question without those names. `keep`: stems that tell what is asked, too. */
export function subjectOf(
  project: Project,
  question: string,
  keep: ReadonlySet<string>,
): { subject: Subject; rest: string } {
  const file = fileIn(project, question)
  const path = /(?<![\w.])\/[\w[\].:{}/-]+/.exec(file.rest)?.[0]?.replace(/[/.:]+$/, '')
  const method = /\b(GET|POST|PUT|PATCH|DELETE)\b/.exec(question)?.[1]
  const found = path === undefined ? file.endpoints : endpointsAt(project.map.endpoints, path)
  const endpoint =
    found.find((one) => one.method === method) ?? found.find((one) => one.method === 'GET') ?? found[0]
  const models = project.dataModels.flatMap((one) => one.models)
  const spoken = path === undefined ? '' : kept(segments(path, models), keep)
  const without = (path === undefined ? file.rest : file.rest.replace(path, ` ${spoken} `)).replace(
    PARAMETER,
    ' query parameter $1 ',
  )
  const [said, ...more] = namedIn(models, without)
  const entity = said?.entity ?? (endpoint && modelOf(project, endpoint))
  const field = said && fieldIn(said, without)
  const also = more.map((one) => one.entity)
  const exact = endpoint !== undefined && plain(endpoint.path) === plain(path ?? '')
  return {
    subject: {
      ...(entity && { entity }),
      ...(endpoint && { endpoint }),
      ...(field !== undefined && { field }),
      ...(also.length > 0 && { also }),
      ...(path !== undefined && { path: { asked: path, exact } }),
      named: entity !== undefined || endpoint !== undefined,
    },
    rest: said ? without.replace(said.text, (words) => kept(words, keep)) : without,
  }
}

/** `?page=abc`, as questions quote it. */
const PARAMETER = /[?&](\w+)=[^\s&,;]*/g

/** `src/app/api/orders/route.ts`, `route.ts`: the name of a file, with folders or without. */
const FILE = /(?<![\w/])(?:[\w@().[\]-]+\/)*[\w.[\]-]+\.(?:[cm]?[jt]sx?|prisma|sql)\b/

/**
 * The endpoints of a file that the question names, and the question with no more of that name than its last word, which may be what it is
 * about: `proxy` of `src/proxy.ts`. Endpoints only where one file of the project is meant.
 */
function fileIn(project: Project, question: string): { endpoints: Endpoint[]; rest: string } {
  const name = FILE.exec(question)?.[0]
  if (name === undefined) return { endpoints: [], rest: question }
  const inIt = project.map.endpoints.filter(
    ({ location: { file } }) => file === name || file.endsWith(`/${name}`),
  )
  const isOne = new Set(inIt.map(({ location }) => location.file)).size === 1
  const last =
    name
      .split('/')
      .at(-1)
      ?.replace(/\.\w+$/, '') ?? ''
  return { endpoints: isOne ? inIt : [], rest: question.replace(name, ` ${last} `) }
}

/** `email` of `Customer.email`. */
function fieldIn({ entity, text }: Naming, question: string): string | undefined {
  const name = new RegExp(`${text.source}\\.(\\w+)`, 'i').exec(question)?.[1]
  return entity.fields.some((field) => field.name === name) ? name : undefined
}

/** Of the words of a name, those that are also words of questions: `ApiKey` in "should an ApiKey be hashed?". */
const kept = (words: string, keep: ReadonlySet<string>): string =>
  wordsOf(words)
    .filter(({ stem }) => keep.has(stem))
    .map(({ word }) => word)
    .join(' ')

/** What a path says besides parameters and models: `webhooks stripe` of `/api/webhooks/stripe`. */
const segments = (path: string, models: readonly Entity[]): string =>
  plain(path)
    .split('/')
    .filter((part) => !part.includes('[') && !models.some(({ name }) => anyForm(name).test(part)))
    .join(' ')

/** Parameters are the same whatever they are called. */
const plain = (path: string): string => path.replace(/\[+\.*\w+\]+|\{\w+\}|:\w+/g, '[]').toLowerCase()

/** Those with the path; when there are none, those whose path ends in the same resource. */
function endpointsAt(endpoints: readonly Endpoint[], path: string): Endpoint[] {
  const exact = endpoints.filter((one) => plain(one.path) === plain(path))
  if (exact.length > 0) return exact
  const item = plain(path).endsWith('/[]')
  const last = resource(path)
  return endpoints.filter(
    (one) =>
      one.path.startsWith('/') && resource(one.path) === last && plain(one.path).endsWith('/[]') === item,
  )
}

const resource = (path: string): string | undefined =>
  plain(path)
    .split('/')
    .filter((part) => part !== '' && part !== '[]')
    .at(-1)

interface Naming {
  entity: Entity
  text: RegExp
}

/**
 * The models that the text names, in its sequence, in any of the ways in which people write them: `WorkOrder`, `work orders`. Users,
 * tenants and memberships are in every other sentence: they are meant when they are written as in the schema, after what else is named.
 */
function namedIn(models: readonly Entity[], text: string): Naming[] {
  const found = models.flatMap((entity) => {
    // A sentence begins with a capital, too: `User asks for …`.
    const pattern =
      isCommon(entity) && !isOfTwoWords(entity)
        ? new RegExp(`(?<!^)\\b${entity.name}\\b`)
        : anyForm(entity.name)
    const match = pattern.exec(text)
    return match ? [{ entity, text: pattern, at: match.index, end: match.index + match[0].length }] : []
  })
  // `invoice lines` names InvoiceLine, not Invoice.
  return found
    .filter(
      (one) =>
        !found.some(
          (other) =>
            other !== one &&
            other.at <= one.at &&
            other.end >= one.end &&
            other.end - other.at > one.end - one.at,
        ),
    )
    .sort((a, b) => Number(isCommon(a.entity)) - Number(isCommon(b.entity)) || a.at - b.at)
}

const isCommon = ({ role }: Entity): boolean => role === 'user' || role === 'tenant' || role === 'membership'

/** `team members` are those of TeamMember, whoever else is a member. */
const isOfTwoWords = ({ name }: Entity): boolean => /[a-z\d][A-Z]|_/.test(name)

function anyForm(name: string): RegExp {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1 $2').split(/[\s_]+/)
  return new RegExp(`\\b${words.join('[\\s_-]?').replace(/y$/i, '(?:y|ie)')}(?:e?s)?\\b`, 'i')
}

/** What an endpoint is for: the model that its path names, else the one that it lists, writes or reads first. */
export function modelOf(project: Project, endpoint: Endpoint): Entity | undefined {
  const models = [...new Set([...endpoint.writes, ...endpoint.reads])].flatMap(
    (name) => project.entity(name) ?? [],
  )
  const last = stemOf(resource(endpoint.path)?.replace(/[-_]/g, '') ?? '')
  const isMain = (entity: Entity): boolean => entity.role === 'owned'
  return models.find(({ name }) => stemOf(name.toLowerCase()) === last) ?? models.find(isMain) ?? models[0]
}

/**
 * The model that a general question is answered with: one that belongs to a tenant or a user by a key of its own and is
 * listed by an endpoint; of several, the one that most calls are about.
 */
export function exampleOf(project: Project): Subject {
  const counts = new Map<string, number>()
  for (const { model } of project.map.queries) if (model) counts.set(model, (counts.get(model) ?? 0) + 1)
  const own = project.dataModels
    .flatMap(({ models }) => models)
    .filter((one) => one.role === 'owned' && (one.tenantPath ?? one.userPath)?.length === 1)
    .sort(
      (a, b) => fits(project, b) - fits(project, a) || (counts.get(b.name) ?? 0) - (counts.get(a.name) ?? 0),
    )
  const [entity] = own
  if (!entity) return { named: false }
  const endpoint = listOf(project, entity)
  return { entity, ...(endpoint && { endpoint }), named: false }
}

/** How much of what samples show the model has: a list without a limit is the best example of all. */
function fits(project: Project, entity: Entity): number {
  const lists = project.map.queries.filter(
    ({ model, operation }) => model === entity.name && operation === 'findMany',
  )
  const has = (name: RegExp): number => (entity.fields.some((field) => name.test(field.name)) ? 1 : 0)
  const open = lists.some(({ take }) => take === undefined) ? 2 : 0
  return (lists.length > 0 ? 1 : 0) + open + has(/^status$/i) + has(/^created_?at$/i)
}

/** The endpoint that lists the rows of a model. */
export function listOf(project: Project, entity: Entity): Endpoint | undefined {
  return project.map.endpoints.find(
    (one) =>
      one.method === 'GET' &&
      stemOf(resource(one.path)?.replace(/[-_]/g, '') ?? '') === stemOf(entity.name.toLowerCase()) &&
      !plain(one.path).endsWith('/[]'),
  )
}
