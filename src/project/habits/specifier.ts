/** How one file of the project is imported by another: by alias, package or path, as it is done here. */
import { posix } from 'node:path'
import { isRecord } from '../../source/config.ts'
import type { Alias } from '../resolver.ts'
import type { Reading } from './reading.ts'

const suffix = /(?:\.d)?\.[cm]?[jt]sx?$/

interface Ways {
  /** How often imports of one's own folder, below it and above it are relative, and how often they are not. */
  counts: Record<'beside' | 'below' | 'above', { relative: number; other: number }>
  /** How often each alias is used. */
  aliases: Map<string, number>
  endings: { none: number; source: number; js: number }
}

/** How many files are read to learn it. */
const sample = 250

export function specifierOf(reading: Reading): (from: string, to: string) => string {
  const known = new Map<string, Ways>()
  const waysOf = (file: string): Ways => {
    const folder = reading.project.packages.packageOf(file)?.folder ?? '.'
    const ways = known.get(folder) ?? learn(reading, folder)
    known.set(folder, ways)
    return ways
  }
  return (from, to) => specifierFor(reading, waysOf(from), from, to)
}

function specifierFor(reading: Reading, ways: Ways, from: string, to: string): string {
  const relative = relativeTo(from, to)
  const counts = ways.counts[placeOf(relative)]
  const candidates = [...packageSpecifiers(reading, from, to), ...aliasSpecifiers(reading, ways, from, to)]
  const same = ownerOf(reading, from) === ownerOf(reading, to)
  const prefersPath =
    counts.relative > counts.other || (counts.relative === counts.other && relative.startsWith('./'))
  if (same && prefersPath) return withEnding(relative, to, ways)
  const found = candidates.find((one) => leadsTo(reading, from, one, to))
  return found === undefined ? withEnding(relative, to, ways) : withEnding(found, to, ways, reading, from)
}

const ownerOf = ({ project }: Reading, file: string): string =>
  project.packages.packageOf(file)?.folder ?? '.'

const placeOf = (relative: string): 'beside' | 'below' | 'above' =>
  relative.startsWith('../') ? 'above' : relative.indexOf('/', 2) === -1 ? 'beside' : 'below'

function relativeTo(from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to)
  return path.startsWith('.') ? path : `./${path}`
}

/** The file, or none yet: then nothing else may be what the specifier means. */
function leadsTo({ project, has }: Reading, from: string, specifier: string, to: string): boolean {
  const found = project.program.resolve(from, specifier)
  return found.file === to || (found.file === undefined && !has(to)) || sameModule(found.file, to)
}

/** `client.ts` and the `client.js` that is imported for it. */
const sameModule = (found: string | undefined, to: string): boolean =>
  found?.replace(suffix, '') === to.replace(suffix, '')

/** Without its ending, and without `index`; what is imported as it is keeps both. */
function pathsOf(to: string): string[] {
  if (!suffix.test(to)) return [to]
  const bare = to.replace(suffix, '')
  return [...(/(?:^|\/)index$/.test(bare) ? [bare.replace(/\/?index$/, '')] : []), bare, to]
}

function aliasSpecifiers({ project }: Reading, ways: Ways, from: string, to: string): string[] {
  const uses = ({ pattern }: Alias): number => ways.aliases.get(pattern) ?? 0
  const found = project.aliases(from).flatMap((alias) =>
    pathsOf(to).flatMap((path) => {
      const specifier = reversed(alias, path)
      return specifier === undefined ? [] : [{ alias, specifier }]
    }),
  )
  return found
    .filter(({ alias }) => alias.pattern !== '*' || uses(alias) > 0)
    .sort((a, b) => uses(b.alias) - uses(a.alias) || a.specifier.length - b.specifier.length)
    .map(({ specifier }) => specifier)
}

/** The specifier that an alias makes of a path. */
function reversed({ pattern, target }: Alias, path: string): string | undefined {
  const star = target.indexOf('*')
  if (star === -1)
    return !pattern.includes('*') && target.replace(suffix, '') === path.replace(suffix, '')
      ? pattern
      : undefined
  const before = target.slice(0, star)
  const after = target.slice(star + 1)
  if (!path.startsWith(before) || !path.endsWith(after) || path.length <= before.length + after.length)
    return undefined
  return pattern.replace('*', path.slice(before.length, path.length - after.length))
}

/** `@acme/db`, `@acme/db/client`: only for files of another package that the importing one depends on. */
function packageSpecifiers({ project }: Reading, from: string, to: string): string[] {
  const owner = project.packages.packageOf(to)
  const importer = project.packages.packageOf(from)
  if (
    !owner ||
    owner === importer ||
    owner.folder === '.' ||
    importer?.dependencies[owner.name] === undefined
  )
    return []
  const { exports } = owner.manifest
  const inside = to.slice(owner.folder.length + 1)
  const below = pathsOf(inside)
    .flatMap((path) => (isRecord(exports) ? [path, path.replace(/^(?:src|lib)\/?/, '')] : [path]))
    .filter((path) => path !== '' && (!isRecord(exports) || isExported(exports, `./${path}`)))
  const named = isRecord(exports) ? Object.keys(exports).filter((key) => /^\.\/[^*]+$/.test(key)) : []
  const all = [
    owner.name,
    ...[...named.map((key) => key.slice(2)), ...below].map((path) => `${owner.name}/${path}`),
  ]
  // Without a file to find, only the path itself can say that it is the one.
  const isRight = (one: string): boolean =>
    project.program.resolve(from, one).file === to || below.some((path) => one === `${owner.name}/${path}`)
  return [...new Set(all)].filter(isRight).sort((a, b) => a.length - b.length)
}

const isExported = (exports: Record<string, unknown>, path: string): boolean =>
  Object.keys(exports).some((key) => {
    const [before = '', after] = key.split('*')
    return after === undefined ? key === path : path.startsWith(before) && path.endsWith(after)
  })

/** `./client` → `./client.ts` where the project writes it so. */
function withEnding(specifier: string, to: string, ways: Ways, reading?: Reading, from?: string): string {
  const bare = (path: string): string => path.replace(/\.[cm]?[jt]sx?$/, '')
  if (!suffix.test(to)) return specifier
  const { none, source, js } = ways.endings
  const path = bare(specifier)
  // A package or an exact alias has no ending to write.
  const isPath = posix.basename(path) === posix.basename(bare(to))
  const ending = /\.[cm]?[jt]sx?$/.exec(to)?.[0] ?? ''
  const written =
    source > none && source >= js
      ? ending
      : js > none
        ? ending.replace(/tsx?$/, 'js').replace(/jsx$/, 'js')
        : ''
  if (isPath && written !== '') {
    const full = `${path}${written}`
    if (!reading || from === undefined || leadsTo(reading, from, full, to)) return full
  }
  return (isPath ? path : specifier).replace(/\/index$/, '') || '.'
}

function learn(reading: Reading, folder: string): Ways {
  const { own, project, handlers } = reading
  const ways: Ways = {
    counts: {
      beside: { relative: 0, other: 0 },
      below: { relative: 0, other: 0 },
      above: { relative: 0, other: 0 },
    },
    aliases: new Map(),
    endings: { none: 0, source: 0, js: 0 },
  }
  const mine = own.files.map(({ file }) => file).filter((file) => ownerOf(reading, file) === folder)
  const read = [...mine.filter((file) => handlers.has(file)), ...mine.filter((file) => !handlers.has(file))]
  for (const file of read.slice(0, sample)) {
    const aliases = project.aliases(file)
    for (const specifier of own.program.syntax(file)?.imports ?? []) {
      const target = own.program.resolve(file, specifier).file
      if (target !== undefined)
        count(ways, aliases, { file, specifier, target, same: ownerOf(reading, target) === folder })
    }
  }
  return ways
}

interface Use {
  file: string
  specifier: string
  target: string
  same: boolean
}

function count(ways: Ways, aliases: Alias[], { file, specifier, target, same }: Use): void {
  if (!suffix.test(target)) return
  const isRelative = specifier.startsWith('.')
  if (same) {
    const group = ways.counts[placeOf(relativeTo(file, target))]
    if (isRelative) group.relative++
    else group.other++
    const ending = /\.[cm]?([jt])sx?$/.exec(specifier)
    if (ending === null) ways.endings.none++
    else if (ending[1] === 't' || target.endsWith(ending[0])) ways.endings.source++
    else ways.endings.js++
  }
  if (isRelative) return
  const used = aliases.find((alias) => pathsOf(target).some((path) => reversed(alias, path) === specifier))
  if (used) ways.aliases.set(used.pattern, (ways.aliases.get(used.pattern) ?? 0) + 1)
}
