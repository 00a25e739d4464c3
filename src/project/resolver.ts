import { builtinModules } from 'node:module'
import { posix } from 'node:path'
import { isRecord, readJsonc } from '../source/config.ts'
import type { Package, Packages, Read } from './packages.ts'

/** `external` holds the full specifier, `missing` too: a file of the project that is not there (often generated). */
export type Resolution = { file: string } | { external: string } | { missing: string }

export interface Resolver {
  resolve(fromFile: string, specifier: string): Resolution
  /** The file with the aliases of a folder's own configuration, which may be one that it extends. */
  aliasesFor(folder: string): string | undefined
  /** What may stand for a path in an import of this file: patterns with their targets, the first that matches wins. */
  aliases(fromFile: string): Alias[]
}

/** `@/*` → `src/*`, relative to the root. */
export interface Alias {
  pattern: string
  target: string
}

interface Paths {
  /** Pattern → targets, already relative to the root. */
  patterns: [string, string[]][]
  /** File with the patterns. */
  source?: string
  baseUrl: string | undefined
}

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json', '.d.ts']
const written: Record<string, string[]> = {
  '.js': ['.ts', '.tsx', '.js', '.jsx', '.d.ts'],
  '.jsx': ['.tsx', '.jsx'],
  '.mjs': ['.mts', '.mjs', '.d.mts'],
  '.cjs': ['.cts', '.cjs', '.d.cts'],
}
/** TypeScript's name for the folder of the configuration that is used, wherever it is inherited from. */
const configDir = '$'.concat('{configDir}')
const builtins = new Set(builtinModules)
const output = new Set(['dist', 'lib', 'build', 'out'])
const formats = new Set(['esm', 'cjs', 'es', 'types', 'commonjs', 'module'])
/** Server code is what we follow: these conditions come last. */
const elsewhere = new Set(['browser', 'worker', 'workerd', 'edge-light', 'react-native', 'deno'])

/** `^1.2.3` or `catalog:`, as opposed to `workspace:*`, `file:../ui` or `*`. */
const isRegistryRange = (range: string): boolean => !/^(?:workspace|file|link|portal):|^\*$/.test(range)

const declaration = /\.d\.[cm]?ts$/
const folderOf = (file: string): string => posix.dirname(file)
const isRelative = (specifier: string): boolean => /^\.{1,2}(?:\/|$)/.test(specifier)

/** What `*` stands for, or `undefined`. An exact match gives the empty string. */
function matchPattern(pattern: string, text: string): string | undefined {
  const star = pattern.indexOf('*')
  if (star === -1) return pattern === text ? '' : undefined
  const prefix = pattern.slice(0, star)
  const suffix = pattern.slice(star + 1)
  if (text.length < prefix.length + suffix.length) return undefined
  if (!text.startsWith(prefix) || !text.endsWith(suffix)) return undefined
  return text.slice(prefix.length, text.length - suffix.length)
}

/** Exact patterns first, then the longest prefix, as TypeScript and Node do. */
function rank(a: string, b: string): number {
  const starA = a.indexOf('*')
  const starB = b.indexOf('*')
  if ((starA === -1) !== (starB === -1)) return starA === -1 ? -1 : 1
  return starB - starA || b.length - a.length
}

/** All files that a target of `exports` or `imports` may mean, likeliest first. */
function leaves(target: unknown): string[] {
  if (typeof target === 'string') return [target]
  if (Array.isArray(target)) return target.flatMap(leaves)
  if (!isRecord(target)) return []
  const entries = Object.entries(target)
  return [
    ...entries.filter(([condition]) => !elsewhere.has(condition)),
    ...entries.filter(([condition]) => elsewhere.has(condition)),
  ].flatMap(([, value]) => leaves(value))
}

function lookUp(table: Record<string, unknown>, key: string): string[] {
  for (const pattern of Object.keys(table).sort(rank)) {
    const rest = matchPattern(pattern, key)
    if (rest !== undefined) return leaves(table[pattern]).map((target) => target.replaceAll('*', rest))
  }
  return []
}

function splitName(specifier: string): { name: string; sub: string } {
  const parts = specifier.split('/')
  const count = specifier.startsWith('@') ? 2 : 1
  return { name: parts.slice(0, count).join('/'), sub: parts.slice(count).join('/') }
}

/** Where the source of a built file could be: `dist/esm/a.js` → `src/a`, `src/esm/a`, `a`. */
function sourcesOf(target: string): string[] {
  const bare = target.replace(/(?:\.d)?\.[cm]?[jt]sx?$/, '')
  const segments = bare.split('/')
  const found: string[] = []
  segments.forEach((segment, at) => {
    if (!output.has(segment)) return
    const before = segments.slice(0, at)
    const after = segments.slice(at + 1)
    const plain = after.filter((part) => !formats.has(part))
    for (const rest of [after, plain]) {
      found.push([...before, 'src', ...rest].join('/'), [...before, ...rest].join('/'))
    }
  })
  return found
}

/** Finds the file an import means, from the list of files alone: nothing needs to be installed or built. */
export function createResolver(files: string[], packages: Packages, read: Read): Resolver {
  const present = new Set(files)
  const byName = new Map<string, Package>()
  for (const item of packages.packages) {
    const known = byName.get(item.name)
    if (known === undefined || (item.workspace && !known.workspace)) byName.set(item.name, item)
  }
  const byFolder = new Map(packages.packages.map((item) => [item.folder, item]))
  const configs = new Map<string, Paths | undefined>()
  const chains = new Map<string, Paths[]>()
  const entries = new Map<string, string | undefined>()
  const memo = new Map<string, Resolution>()

  function fileAt(path: string): string | undefined {
    const normal = posix.normalize(path).replace(/\/$/, '')
    if (normal.startsWith('../')) return undefined
    const extension = posix.extname(normal)
    const stem = normal.slice(0, normal.length - extension.length)
    for (const other of written[extension] ?? []) if (present.has(stem + other)) return stem + other
    if (present.has(normal)) return normal
    for (const other of extensions) if (present.has(normal + other)) return normal + other
    const inside = normal === '.' ? '' : `${normal}/`
    for (const other of extensions) if (present.has(`${inside}index${other}`)) return `${inside}index${other}`
    return undefined
  }

  /** A file, or a folder whose package.json names its entry. */
  function pathAt(path: string): string | undefined {
    const file = fileAt(path)
    if (file !== undefined) return file
    const folder = posix.normalize(path).replace(/\/$/, '')
    const owner = byFolder.get(folder)
    if (owner !== undefined) return inPackage(owner, '')
    const manifest = `${folder}/package.json`
    if (!present.has(manifest)) return undefined
    const { value } = readJsonc(read(manifest) ?? '')
    if (!isRecord(value)) return undefined
    return firstOf(folder, entriesOf(value))
  }

  function entriesOf(manifest: Record<string, unknown>): string[] {
    return ['source', 'module', 'main', 'types', 'typings']
      .map((field) => manifest[field])
      .filter((target): target is string => typeof target === 'string')
  }

  /** Source files before declarations: types alone say nothing about what the code does. */
  function firstOf(folder: string, targets: string[]): string | undefined {
    const direct = targets.map((target) => fileAt(posix.join(folder, target)))
    return (
      direct.find((file) => file !== undefined && !declaration.test(file)) ??
      targets
        .flatMap((target) => sourcesOf(target.replace(/^\.\//, '')))
        .map((target) => fileAt(posix.join(folder, target)))
        .find((file) => file !== undefined) ??
      direct.find((file) => file !== undefined)
    )
  }

  function inPackage(item: Package, sub: string): string | undefined {
    const key = `${item.folder}\0${sub}`
    if (entries.has(key)) return entries.get(key)
    const file = findInPackage(item, sub)
    entries.set(key, file)
    return file
  }

  function findInPackage(item: Package, sub: string): string | undefined {
    const { exports } = item.manifest
    let targets: string[] = []
    if (typeof exports === 'string' || Array.isArray(exports)) {
      if (sub === '') targets = leaves(exports)
    } else if (isRecord(exports)) {
      const table = Object.keys(exports).some((key) => key.startsWith('.')) ? exports : { '.': exports }
      targets = lookUp(table, sub === '' ? '.' : `./${sub}`)
    }
    if (sub === '') targets = [...targets, ...entriesOf(item.manifest)]
    const found = firstOf(item.folder, targets)
    if (found !== undefined) return found
    const guesses = sub === '' ? ['src/index', 'index', 'src/main'] : [`src/${sub}`, sub, ...sourcesOf(sub)]
    for (const guess of guesses) {
      const file = fileAt(posix.join(item.folder, guess))
      if (file !== undefined) return file
    }
    return undefined
  }

  function extendedFile(from: string, target: string): string | undefined {
    const candidates = (path: string): string[] => [path, `${path}.json`, `${path}/tsconfig.json`]
    const find = (path: string): string | undefined =>
      candidates(posix.normalize(path)).find((file) => present.has(file))
    if (isRelative(target)) return find(posix.join(folderOf(from), target))
    const { name, sub } = splitName(target)
    const item = byName.get(name)
    if (item === undefined) return undefined
    if (sub === '') {
      const field = item.manifest.tsconfig
      return find(posix.join(item.folder, typeof field === 'string' ? field : 'tsconfig.json'))
    }
    const { exports } = item.manifest
    const exported = isRecord(exports) ? lookUp(exports, `./${sub}`) : []
    return [...exported, sub].map((path) => find(posix.join(item.folder, path))).find(Boolean)
  }

  function readPaths(file: string, seen: string[] = [], origin = folderOf(file)): Paths | undefined {
    if (seen.includes(file)) return undefined
    const { value } = readJsonc(read(file) ?? '')
    if (!isRecord(value)) return undefined
    const visited = [...seen, file]
    const folder = folderOf(file)
    const place = (target: string): string =>
      target.startsWith(configDir)
        ? posix.join(origin, target.slice(configDir.length))
        : posix.join(folder, target)
    const result: Paths = { patterns: [], baseUrl: undefined }
    const parents = Array.isArray(value.extends) ? value.extends : [value.extends]
    for (const parent of parents) {
      const parentFile = typeof parent === 'string' ? extendedFile(file, parent) : undefined
      const inherited = parentFile === undefined ? undefined : readPaths(parentFile, visited, origin)
      if (inherited === undefined) continue
      if (inherited.patterns.length > 0) result.patterns = inherited.patterns
      if (inherited.source !== undefined) result.source = inherited.source
      if (inherited.baseUrl !== undefined) result.baseUrl = inherited.baseUrl
    }
    const options = isRecord(value.compilerOptions) ? value.compilerOptions : {}
    if (typeof options.baseUrl === 'string') result.baseUrl = place(options.baseUrl)
    const { paths } = options
    if (isRecord(paths)) {
      const base = result.baseUrl
      result.source = file
      result.patterns = Object.entries(paths)
        .sort(([a], [b]) => rank(a, b))
        .map(([pattern, targets]) => [
          pattern,
          (Array.isArray(targets) ? targets : [])
            .filter((target): target is string => typeof target === 'string')
            .map((target) =>
              base === undefined || target.startsWith(configDir) ? place(target) : posix.join(base, target),
            ),
        ])
    }
    if (result.patterns.length === 0 && Array.isArray(value.references)) {
      for (const reference of value.references) {
        const path = isRecord(reference) ? reference.path : undefined
        const next =
          typeof path === 'string' ? extendedFile(file, path.startsWith('.') ? path : `./${path}`) : ''
        // Only parts of the same folder (`tsconfig.app.json`): other projects have their own aliases.
        if (next && folderOf(next) === folder)
          result.patterns.push(...(readPaths(next, visited)?.patterns ?? []))
      }
    }
    return result
  }

  function configIn(folder: string): Paths | undefined {
    if (configs.has(folder)) return configs.get(folder)
    const inside = folder === '.' ? '' : `${folder}/`
    const file = [`${inside}tsconfig.json`, `${inside}jsconfig.json`].find((path) => present.has(path))
    const paths = file === undefined ? undefined : readPaths(file)
    configs.set(folder, paths)
    return paths
  }

  /** The nearest tsconfig first; those above help when a nested one (tests, scripts) does not repeat the aliases. */
  function chainOf(folder: string): Paths[] {
    const known = chains.get(folder)
    if (known !== undefined) return known
    const own = configIn(folder)
    const above = folder === '.' ? [] : chainOf(folderOf(folder))
    const chain = own === undefined ? above : [own, ...above]
    chains.set(folder, chain)
    return chain
  }

  function localPackage(from: Package | undefined, name: string): Package | undefined {
    const range = from?.dependencies[name]
    const linked = range === undefined ? undefined : /^(?:file|link|portal):(.+)$/.exec(range)?.[1]
    if (linked !== undefined && from !== undefined) {
      const target = byFolder.get(posix.normalize(posix.join(from.folder, linked)).replace(/\/$/, ''))
      if (target !== undefined) return target
    }
    const alias = range === undefined ? undefined : /^workspace:(@?[^@]+)@/.exec(range)?.[1]
    const item = byName.get(alias ?? name)
    if (item === undefined || range === undefined || !isRegistryRange(range)) return item
    // `smtp-server` may depend on the published `smtp-server`; a linked package satisfies the range it is asked for.
    if (item === from || !item.workspace) return undefined
    const { version } = item.manifest
    const wanted = /\d+/.exec(range)?.[0]
    return typeof version === 'string' && wanted !== undefined && version.startsWith(`${wanted}.`)
      ? item
      : undefined
  }

  function bare(fromFile: string, specifier: string): Resolution {
    const chain = chainOf(folderOf(fromFile))
    let aliased = false
    for (const { patterns, baseUrl } of chain) {
      const matched = patterns.find(([pattern]) => matchPattern(pattern, specifier) !== undefined)
      if (matched !== undefined) {
        const [pattern, targets] = matched
        const rest = matchPattern(pattern, specifier) ?? ''
        for (const target of targets) {
          const path = target.replace('*', rest)
          const file = pathAt(path) ?? sourcesOf(path).map(fileAt).find(Boolean)
          if (file !== undefined) return { file }
        }
        if (pattern !== '*' && !targets.some((target) => /(?:^|\/)node_modules\//.test(target)))
          aliased = true
      }
      const file = baseUrl === undefined ? undefined : pathAt(posix.join(baseUrl, specifier))
      // `i18next.d.ts` in the root describes the installed package; it does not replace it.
      if (file !== undefined && !declaration.test(file)) return { file }
    }
    const { name, sub } = splitName(specifier)
    const from = packages.packageOf(fromFile)
    const item = localPackage(from, name)
    if (item !== undefined) {
      const file = inPackage(item, sub)
      return file === undefined ? { missing: specifier } : { file }
    }
    if (from?.dependencies[name] !== undefined || builtins.has(name)) return { external: specifier }
    // `@/x` and `~/x` are no package names: an alias that no configuration explains.
    return aliased || /^(?:@|~)\//.test(specifier) ? { missing: specifier } : { external: specifier }
  }

  function internal(fromFile: string, specifier: string): Resolution {
    const owner = packages.packageOf(fromFile)
    const table = owner?.manifest.imports
    if (owner !== undefined && isRecord(table)) {
      const targets = lookUp(table, specifier)
      const file = firstOf(
        owner.folder,
        targets.filter((target) => target.startsWith('.')),
      )
      if (file !== undefined) return { file }
      const other = targets.find((target) => !target.startsWith('.'))
      if (other !== undefined) return bare(fromFile, other)
    }
    // `#/*` may also be an alias of the tsconfig.
    const aliased = bare(fromFile, specifier)
    return 'file' in aliased ? aliased : { missing: specifier }
  }

  function find(fromFile: string, specifier: string): Resolution {
    const plain = specifier.replace(/\?.*$/, '')
    if (isRelative(plain)) {
      const path = posix.join(folderOf(fromFile), plain)
      const file = pathAt(path) ?? sourcesOf(path).map(fileAt).find(Boolean)
      return file === undefined ? { missing: specifier } : { file }
    }
    if (plain.startsWith('#')) return internal(fromFile, plain)
    if (/^[a-z][a-z\d+.-]*:/i.test(plain) || plain === '') return { external: specifier }
    if (plain.startsWith('/')) {
      const folder = packages.packageOf(fromFile)?.folder ?? '.'
      const file = fileAt(posix.join(folder, plain)) ?? fileAt(posix.join(folder, 'public', plain))
      return file === undefined ? { missing: specifier } : { file }
    }
    return bare(fromFile, plain)
  }

  function aliases(fromFile: string): Alias[] {
    const configured = chainOf(folderOf(fromFile)).flatMap(({ patterns, baseUrl }) => [
      ...patterns.flatMap(([pattern, targets]) => targets.map((target) => ({ pattern, target }))),
      ...(baseUrl === undefined ? [] : [{ pattern: '*', target: posix.join(baseUrl, '*') }]),
    ])
    const owner = packages.packageOf(fromFile)
    const table = isRecord(owner?.manifest.imports) ? owner.manifest.imports : {}
    const internal = Object.keys(table).flatMap((pattern) =>
      leaves(table[pattern])
        .filter((target) => target.startsWith('.'))
        .map((target) => ({ pattern, target: posix.join(owner?.folder ?? '.', target) })),
    )
    return [...configured, ...internal].map((one) => ({ ...one, target: posix.normalize(one.target) }))
  }

  return {
    aliases,
    aliasesFor: (folder) => configIn(folder)?.source,
    resolve(fromFile, specifier) {
      const key = `${folderOf(fromFile)}\0${specifier}`
      const known = memo.get(key)
      if (known !== undefined) return known
      const found = find(fromFile, specifier)
      memo.set(key, found)
      return found
    },
  }
}
