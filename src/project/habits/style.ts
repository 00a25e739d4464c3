/** How the code looks: formatter with its options, linters, and the forms of functions and exports. */
import { posix } from 'node:path'
import { isRecord, readJsonc } from '../../source/config.ts'
import {
  biomeSettings,
  editorSettings,
  readPrettier,
  record,
  type Settings,
} from '../conventions/formatters.ts'
import { countedStyle } from './counted-style.ts'
import type { CodeStyle } from './habits.ts'
import { manifestOf, type Reading } from './reading.ts'
import { above, majorOf, versionOf } from './versions.ts'

type Options = CodeStyle['options']

interface Found {
  formatter: CodeStyle['formatter']
  /** What the configuration says; the rest is `usual` or, where that is nothing, counted. */
  settings: Settings
  usual?: Options
}

export function readStyle(reading: Reading): CodeStyle {
  const found = formatterOf(reading)
  const counted = countedStyle(reading)
  const { formatter, settings, usual } = found
  return {
    formatter,
    linter: lintersOf(reading),
    options: { ...(usual ?? counted.options), ...optionsIn(settings) },
    functions: counted.functions,
    exports: counted.exports,
    typeImports: typeImportsOf(reading),
  }
}

/** What most files do that take types and values from one module. */
function typeImportsOf({ sources, text }: Reading): CodeStyle['typeImports'] {
  let [inline, separate] = [0, 0]
  for (const file of sources) {
    const source = text(file)
    if (/^import (?:\w+, )?\{[^}]*\btype \w[^}]*\} from/m.test(source)) inline++
    const modules = [...source.matchAll(/^import type [^;'"]*from ['"]([^'"]+)['"]/gm)].map(
      (one) => one[1] ?? '',
    )
    const isValue = (module: string): boolean =>
      ["'", '"'].some((quote) =>
        source
          .split('\n')
          .some(
            (line) =>
              /^(?:import (?!type )|\} from )/.test(line) && line.includes(`from ${quote}${module}${quote}`),
          ),
      )
    if (modules.some(isValue)) separate++
  }
  return separate > inline ? 'separate' : 'inline'
}

/** Of settings those that are options, where the type is right. */
function optionsIn(settings: Settings): Partial<Options> {
  const { semi, singleQuote, tabWidth, useTabs, printWidth, trailingComma, arrowParens, bracketSpacing } =
    settings
  return {
    ...(typeof semi === 'boolean' && { semi }),
    ...(typeof singleQuote === 'boolean' && { singleQuote }),
    ...(typeof tabWidth === 'number' && { tabWidth }),
    ...(typeof useTabs === 'boolean' && { useTabs }),
    ...(typeof printWidth === 'number' && { printWidth }),
    ...((trailingComma === 'all' || trailingComma === 'es5' || trailingComma === 'none') && {
      trailingComma,
    }),
    ...((arrowParens === 'always' || arrowParens === 'avoid') && { arrowParens }),
    ...(typeof bracketSpacing === 'boolean' && { bracketSpacing }),
  }
}

const prettierDefaults: Options = {
  semi: true,
  singleQuote: false,
  tabWidth: 2,
  useTabs: false,
  printWidth: 80,
  trailingComma: 'all',
  arrowParens: 'always',
  bracketSpacing: true,
}

/** The nearest file above the application whose name fits. */
function nearest(reading: Reading, name: RegExp): string | undefined {
  for (const folder of above(reading.app.folder)) {
    const found = reading.project.files.find(
      (file) => posix.dirname(file) === folder && name.test(posix.basename(file)),
    )
    if (found !== undefined) return found
  }
  return undefined
}

const scriptsOf = (reading: Reading): string[] =>
  [...above(reading.app.folder)].flatMap((folder) => {
    const manifest = reading.project.packages.packages.find((one) => one.folder === folder)?.manifest
    const groups = [manifest?.scripts, manifest?.['lint-staged']]
    return groups.flatMap((group) => (isRecord(group) ? [JSON.stringify(Object.values(group))] : []))
  })

function formatterOf(reading: Reading): Found {
  const prettier = prettierFile(reading)
  const biome = nearest(reading, /^biome\.jsonc?$/)
  const format = biome === undefined ? undefined : biomeSettings(reading.text(biome))
  const scripts = scriptsOf(reading).join('\n')
  const asked = (name: string): boolean => versionOf(reading, name, packagesAbove(reading)) !== undefined
  const usesPrettier = prettier !== undefined || asked('prettier')
  if (biome !== undefined && format !== undefined) {
    const rather = usesPrettier && /prettier/.test(scripts) && !/biome (?:format|check)/.test(scripts)
    if (!rather) return fromBiome(reading, biome, format)
  }
  const dprint = nearest(reading, /^\.?dprint\.jsonc?$/)
  if (dprint !== undefined)
    return { formatter: { value: 'dprint', at: start(dprint) }, ...fromDprint(reading.text(dprint)) }
  if (usesPrettier) return fromPrettier(reading, prettier)
  return { formatter: { value: 'none' }, settings: editorOf(reading) }
}

const start = (file: string) => ({ file, line: 1, column: 1 })

const packagesAbove = ({ app, project }: Reading) =>
  [...above(app.folder)].flatMap((folder) => project.packages.packages.filter((one) => one.folder === folder))

function prettierFile(reading: Reading): string | undefined {
  for (const folder of above(reading.app.folder)) {
    const file = reading.project.files.find(
      (one) =>
        posix.dirname(one) === folder &&
        /^\.prettierrc(?:\.\w+)?$|^prettier\.config\.[cm]?[jt]s$/.test(posix.basename(one)),
    )
    if (file !== undefined) return file
    const manifest = reading.project.packages.packages.find((one) => one.folder === folder)
    if (manifest?.manifest.prettier !== undefined) return manifestOf(manifest)
  }
  return undefined
}

function editorOf(reading: Reading): Settings {
  const file = nearest(reading, /^\.editorconfig$/)
  return file === undefined ? {} : editorSettings(reading.text(file))
}

function fromPrettier(reading: Reading, file: string | undefined): Found {
  const formatter: CodeStyle['formatter'] = {
    value: 'prettier',
    ...(file !== undefined && { at: start(file) }),
  }
  const shared = editorOf(reading)
  const major = majorOf(versionOf(reading, 'prettier', packagesAbove(reading))) ?? 3
  const usual: Options = { ...prettierDefaults, ...(major < 3 && { trailingComma: 'es5' }) }
  if (file === undefined) return { formatter, settings: shared, usual }
  const { own, whole } = readPrettier(file, (one) => reading.project.sourceText(one))
  if (typeof own === 'string' || own === undefined) {
    const inner = typeof own === 'string' ? sharedFile(reading, file, own) : undefined
    const other =
      inner === undefined ? undefined : readPrettier(inner, (one) => reading.project.sourceText(one))
    const settings = isRecord(other?.own) ? other.own : {}
    return { formatter, settings: { ...shared, ...settings }, ...(other?.whole && { usual }) }
  }
  const overrides = overridesOf(own)
  const base = whole ? {} : baseOf(reading, file)
  return { formatter, settings: { ...shared, ...base, ...own, ...overrides }, ...(whole && { usual }) }
}

/** Options for TypeScript that the configuration sets apart. */
function overridesOf(own: Settings): Settings {
  const list = Array.isArray(own.overrides) ? own.overrides : []
  let settings: Settings = {}
  for (const one of list) {
    const files = isRecord(one) ? [one.files].flat() : []
    const ours = files.some(
      (glob) =>
        typeof glob === 'string' && /^(?:\*\*\/)?\*\.(?:\{[^}]*\bts\b[^}]*\}|ts|\(?[\w|]*ts\b.*)$/.test(glob),
    )
    if (ours) settings = { ...settings, ...record(one, 'options') }
  }
  return settings
}

/** `"prettier": "@acme/prettier-config"`, when it is a package of the workspace. */
function sharedFile({ project }: Reading, from: string, name: string): string | undefined {
  return project.program.resolve(from, name).file
}

/** What a configuration in code builds on, when that is a file of the project. */
function baseOf(reading: Reading, file: string): Settings {
  const text = reading.text(file)
  for (const [, specifier = ''] of text.matchAll(/(?:require\(|from\s+)['"]([^'"]+)['"]/g)) {
    const target = reading.project.program.resolve(file, specifier).file
    const { own } = target === undefined ? {} : readPrettier(target, (one) => reading.project.sourceText(one))
    if (isRecord(own)) return own
  }
  return {}
}

function fromBiome(reading: Reading, file: string, format: Settings): Found {
  const { value } = readJsonc(reading.text(file))
  const general = record(value, 'formatter')
  const bases = isRecord(value) ? [value.extends].flat().filter((one) => typeof one === 'string') : []
  const base = bases
    .map((one) => (one === '//' ? rootBiome(reading, file) : reading.project.program.resolve(file, one).file))
    .find((one) => one !== undefined && one !== file)
  const usual: Options = { ...prettierDefaults, useTabs: true }
  const formatter: CodeStyle['formatter'] = { value: 'biome', at: start(file) }
  const shared = general.useEditorconfig === true ? editorOf(reading) : {}
  if (bases.length === 0) return { formatter, settings: { ...format, ...shared, ...stated(value) }, usual }
  // What is left out is said elsewhere: in a package that may not be there.
  const inherited = base === undefined ? undefined : biomeSettings(reading.text(base))
  return { formatter, settings: { ...inherited, ...stated(value) }, ...(inherited && { usual }) }
}

const rootBiome = (reading: Reading, file: string): string | undefined =>
  ['biome.json', 'biome.jsonc'].find((one) => one !== file && reading.project.files.includes(one))

/** Only what is written in the file, without Biome's defaults. */
function stated(value: unknown): Settings {
  const general = record(value, 'formatter')
  const script = record(record(value, 'javascript'), 'formatter')
  const all = biomeSettings(JSON.stringify(value)) ?? {}
  const said = (...keys: string[]): boolean =>
    keys.some((key) => script[key] !== undefined || general[key] !== undefined)
  const names: [keyof Options, string][] = [
    ['useTabs', 'indentStyle'],
    ['tabWidth', 'indentWidth'],
    ['singleQuote', 'quoteStyle'],
    ['semi', 'semicolons'],
    ['printWidth', 'lineWidth'],
    ['trailingComma', 'trailingCommas'],
    ['arrowParens', 'arrowParentheses'],
    ['bracketSpacing', 'bracketSpacing'],
  ]
  return Object.fromEntries(names.flatMap(([ours, theirs]) => (said(theirs) ? [[ours, all[ours]]] : [])))
}

function fromDprint(text: string): { settings: Settings; usual: Options } {
  const { value } = readJsonc(text)
  const script = record(value, 'typescript')
  const general = isRecord(value) ? value : {}
  const pick = (key: string): unknown => script[key] ?? general[key]
  const quotes = script.quoteStyle
  return {
    usual: { ...prettierDefaults, printWidth: 120 },
    settings: {
      printWidth: pick('lineWidth'),
      tabWidth: pick('indentWidth'),
      useTabs: pick('useTabs'),
      ...(typeof quotes === 'string' && { singleQuote: /single/i.test(quotes) }),
      ...(script.semiColons === 'asi' && { semi: false }),
      ...(script.trailingCommas === 'never' && { trailingComma: 'none' }),
      ...(script['arrowFunction.useParentheses'] === 'preferNone' && { arrowParens: 'avoid' }),
    },
  }
}

function lintersOf(reading: Reading): CodeStyle['linter'] {
  const found: CodeStyle['linter'] = []
  const asked = (name: string): boolean =>
    packagesAbove(reading).some((one) => one.dependencies[name] !== undefined)
  const eslint = nearest(reading, /^\.eslintrc|^eslint\.config\./)
  if (
    eslint !== undefined ||
    asked('eslint') ||
    packagesAbove(reading).some((one) => one.manifest.eslintConfig !== undefined)
  )
    found.push('eslint')
  const biome = nearest(reading, /^biome\.jsonc?$/)
  if (biome !== undefined && record(readJsonc(reading.text(biome)).value, 'linter').enabled !== false)
    found.push('biome')
  if (nearest(reading, /^\.?oxlint(?:rc)?\.(?:jsonc?|config)/) !== undefined || asked('oxlint'))
    found.push('oxlint')
  if (/\bnext lint\b/.test(scriptsOf(reading).join('\n'))) found.push('next lint')
  return found
}
