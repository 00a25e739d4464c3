/** The Next.js application: where its endpoints and its modules are, and what kinds there are. */
import type { Location } from '../../core/finding.ts'
import type { EndpointKind } from '../../core/map.ts'
import { readSyntax } from '../../source/read-syntax.ts'
import { walk } from '../../source/walk.ts'
import type { AppHabits, Habit } from './habits.ts'
import type { Reading } from './reading.ts'
import { versionOf } from './versions.ts'
import { best, type Votes, vote } from './votes.ts'

export function readApp(reading: Reading): AppHabits {
  const source = sourceOf(reading)
  return {
    folder: reading.app.folder,
    source,
    next: versionOf(reading, 'next') ?? '',
    cacheComponents: hasCacheComponents(reading),
    surfaces: surfacesOf(reading),
    routes: routesOf(reading, source),
    modules: modulesOf(reading, source),
    fileNames: fileNamesOf(reading),
  }
}

function sourceOf({ inside, project }: Reading): '' | 'src/' {
  const holds = (folder: string): boolean =>
    project.files.some((file) => file.startsWith(`${inside}${folder}/`))
  if (holds('src/app') || holds('src/pages')) return 'src/'
  if (holds('app') || holds('pages')) return ''
  return holds('src') ? 'src/' : ''
}

/** On in the configuration, top level or `experimental`. */
function hasCacheComponents({ inside, project, text }: Reading): boolean {
  const file = project.files.find(
    (one) => /^next\.config\.[cm]?[jt]s$/.test(one.slice(inside.length)) && one.startsWith(inside),
  )
  let on = false
  if (file === undefined) return on
  walk(readSyntax(file, text(file)), (expr) => {
    if (expr.k !== 'object') return
    const value = expr.props.find(({ key }) => key === 'cacheComponents' || key === 'dynamicIO')?.value
    if (value?.k === 'literal' && value.value === true) on = true
  })
  return on
}

const surfaces: Partial<Record<EndpointKind, AppHabits['surfaces'][number]['kind']>> = {
  route: 'route',
  hono: 'route',
  action: 'action',
  procedure: 'procedure',
  'pages-api': 'api-route',
  resolver: 'graphql',
}

function surfacesOf({ endpoints }: Reading): AppHabits['surfaces'] {
  const found = new Map<string, AppHabits['surfaces'][number]>()
  for (const { kind, location } of endpoints) {
    const surface = surfaces[kind]
    if (surface === undefined) continue
    const known = found.get(surface)
    if (known) known.count++
    else found.set(surface, { kind: surface, count: 1, at: location })
  }
  return [...found.values()].sort((a, b) => b.count - a.count)
}

function routesOf({ endpoints, inside }: Reading, source: string): string {
  const votes: Votes<string> = new Map()
  for (const { kind, location } of endpoints) {
    const folder = kind === 'route' ? /^(.*?\/api)\//.exec(location.file)?.[1] : undefined
    if (folder?.startsWith(`${inside}${source}app/`)) vote(votes, folder, () => ({ value: folder }))
  }
  const plain = `${inside}${source}app/api`
  // A route group beside it sets something apart.
  return votes.has(plain) ? plain : (best(votes)?.value ?? plain)
}

const noModules =
  /^(?:components?|app|pages|generated|types?|hooks?|styles?|public|constants?|config|i18n|assets|ui|prisma|node_modules|stores?|context|contexts|providers)$/

/** The folder that most handlers import their modules from. */
function modulesOf({ own, handlers, endpoints, inside }: Reading, source: string): Habit<string> {
  const votes: Votes<string> = new Map()
  const base = `${inside}${source}`
  // Pages lean on other modules than what answers requests.
  const answering = endpoints.flatMap(({ kind, location }) => (kind in surfaces ? [location.file] : []))
  for (const file of answering.length > 0 ? new Set(answering) : handlers) {
    const syntax = file.startsWith(inside) ? own.program.syntax(file) : undefined
    const seen = new Set<string>()
    for (const specifier of syntax?.imports ?? []) {
      const target = own.program.resolve(file, specifier).file
      const [folder, ...rest] =
        target?.startsWith(base) && /\.[cm]?[jt]s$/.test(target) ? target.slice(base.length).split('/') : []
      if (folder === undefined || rest.length === 0 || noModules.test(folder) || seen.has(folder)) continue
      seen.add(folder)
      const at: Location = { file: target ?? file, line: 1, column: 1 }
      vote(votes, folder, () => ({ value: `${base}${folder}`, at }))
    }
  }
  return best(votes) ?? { value: `${base}lib` }
}

/** Names that Next.js gives, or that say nothing. */
const given =
  /^(?:page|layout|route|loading|error|not-found|global-error|template|default|index|middleware|proxy|instrumentation(?:-client)?|next-env|opengraph-image|twitter-image)$/

function fileNamesOf({ sources, inside }: Reading): AppHabits['fileNames'] {
  const count = (ending: RegExp): Votes<AppHabits['fileNames']> => {
    const votes: Votes<AppHabits['fileNames']> = new Map()
    for (const file of sources) {
      const base = file.split('/').at(-1) ?? ''
      const name = base.split('.')[0] ?? ''
      if (
        !ending.test(base) ||
        !file.startsWith(inside) ||
        given.test(name) ||
        /(?:^|\/)generated\//.test(file)
      )
        continue
      const value = /^[a-z\d]+(?:-[a-z\d]+)+$/.test(name)
        ? 'kebab-case'
        : /^[a-z\d]+(?:[A-Z][a-z\d]*)+$/.test(name)
          ? 'camelCase'
          : /^(?:[A-Z][a-z\d]*)+$/.test(name)
            ? 'PascalCase'
            : undefined
      if (value) vote(votes, value, () => ({ value }))
    }
    return votes
  }
  return (best(count(/\.[cm]?[jt]s$/)) ?? best(count(/\.[jt]sx$/)))?.value ?? 'kebab-case'
}
