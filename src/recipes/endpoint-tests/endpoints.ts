/** Which endpoints are meant. */
import { UserError } from '../../core/error.ts'
import type { Endpoint } from '../../core/map.ts'
import type { Project, Run } from '../../project/project.ts'

/** A run of a route handler. */
export interface RouteRun extends Run {
  endpoint: Endpoint & { method: string }
}

const METHODS = 'GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS'
const NAMED = new RegExp(
  `(?:\\b((?:${METHODS})(?:\\s*(?:,|/|and|or|&)\\s*(?:${METHODS}))*)\\s+)?(/[\\w\\-./:[\\]{}()@$*]*[\\w\\]}*])`,
  'gi',
)
const SHOWN = 20

/** The path that a text names, with the methods before it. Nothing where it names none. */
export function endpointIn(text: string): string | undefined {
  const named = [...text.matchAll(NAMED)].map(([whole]) => whole.trim())
  if (named.length === 0) return nounIn(text)
  const all = /\b(?:all|every|each)\b/i.test(text) ? 'all endpoints of ' : ''
  return `${all}${named.join(' ')}`
}

/** `invoices` of `add tests for the invoices endpoint`. */
function nounIn(text: string): string | undefined {
  const [, noun] = /\b([\w-]+)\s+(?:endpoint|route|handler|api)s?\b/i.exec(text) ?? []
  return noun !== undefined && !/^(?:the|an?|all|every|each|this|api|http|rest)$/i.test(noun)
    ? noun
    : undefined
}

/**
 * The route handlers that a text means, in the order of the map. Throws a `UserError` that lists what there is when it
 * names none, or several that are not the same path.
 */
export function chosen(project: Project, text: string | undefined): RouteRun[] {
  const routes = project.runs.filter(isRoute)
  if (routes.length === 0)
    throw new UserError(
      'There is no route handler to write tests for.',
      'This recipe writes tests for files called route.ts; server actions, pages and procedures are not covered yet.',
    )
  if (text === undefined || text.trim() === '')
    throw new UserError('It was not said which endpoint the tests are for.', listed(routes))
  const named = [...text.matchAll(NAMED)]
  const below = /\b(?:all|every|each)\b/i.test(text)
  const found =
    named.length > 0
      ? named.flatMap(([, methods, path = '']) => byPath(routes, methods, path, below))
      : byNoun(routes, text)
  const unique = routes.filter((one) => found.includes(one))
  if (unique.length === 0) {
    const other = project.runs.find(
      ({ endpoint }) => endpoint && !isRoute({ endpoint }) && text.includes(endpoint.path),
    )
    throw new UserError(
      other
        ? `${other.label} is no route handler: this recipe does not write tests for it yet.`
        : `No endpoint is called "${text.trim()}".`,
      listed(routes),
    )
  }
  return unique
}

const isRoute = (run: Pick<Run, 'endpoint'>): run is RouteRun =>
  run.endpoint?.kind === 'route' &&
  run.endpoint.method !== undefined &&
  new RegExp(`^(?:${METHODS})$`).test(run.endpoint.method) &&
  /\.tsx?$/.test(run.endpoint.location.file)

/** `[id]`, `:id` and `{id}` are one thing, whatever it is called. */
const plain = (path: string): string[] =>
  path
    .split('/')
    .filter((one) => one !== '' && !/^\([^.]*\)$/.test(one))
    .map((one) => (/^[:[{]/.test(one) ? '*' : one.toLowerCase()))

function byPath(
  routes: readonly RouteRun[],
  methods: string | undefined,
  path: string,
  below: boolean,
): RouteRun[] {
  const wanted = methods?.toUpperCase().match(new RegExp(METHODS, 'g'))
  const parts = plain(path)
  const fits = routes.filter(
    ({ endpoint }) => wanted == null || wanted.some((one) => one === endpoint.method),
  )
  const at = (one: RouteRun): string[] => plain(one.endpoint.path)
  const same = fits.filter((one) => at(one).join('/') === parts.join('/'))
  const under = below ? fits.filter((one) => parts.every((part, i) => at(one)[i] === part)) : []
  if (same.length > 0 || under.length > 0) return [...new Set([...same, ...under])]
  const ending = fits.filter((one) => at(one).slice(-parts.length).join('/') === parts.join('/'))
  if (new Set(ending.map(({ endpoint }) => endpoint.path)).size > 1)
    throw new UserError(`"${path}" is the end of several paths.`, listed(ending))
  return ending
}

function byNoun(routes: readonly RouteRun[], text: string): RouteRun[] {
  const noun = text.trim().toLowerCase()
  const stem = (word: string): string => word.toLowerCase().replace(/ies$/, 'y').replace(/s$/, '')
  const last = routes.filter(({ endpoint }) => stem(plain(endpoint.path).at(-1) ?? '') === stem(noun))
  const some = routes.filter(({ endpoint }) => plain(endpoint.path).some((one) => stem(one) === stem(noun)))
  const found = last.length > 0 ? last : some
  if (new Set(found.map(({ endpoint }) => endpoint.path)).size > 1)
    throw new UserError(`"${text.trim()}" may be any of ${found.length} endpoints.`, listed(found))
  return found
}

function listed(routes: readonly RouteRun[]): string {
  const labels = routes.map(({ label }) => `  ${label}`)
  const more = labels.length > SHOWN ? [`  … and ${labels.length - SHOWN} more`] : []
  return [
    `Name one with its method, such as "write tests for ${routes[0]?.label}":`,
    ...labels.slice(0, SHOWN),
    ...more,
  ].join('\n')
}
