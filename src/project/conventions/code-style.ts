/** The formatter with its settings, and the linters. */
import { parse as parseYaml } from 'yaml'
import type { Convention } from '../../core/map.ts'
import { isRecord, readJsonc } from '../../source/config.ts'
import type { Read } from '../packages.ts'
import { at, base, code, type Sources, shallowFirst } from './sources.ts'

export function* style({ files, packages, read }: Sources): Generator<Convention> {
  const configs = files.filter((file) => !file.includes('node_modules/')).sort(shallowFirst)
  const named = (name: RegExp): string | undefined => configs.find((file) => name.test(base(file)))
  const manifests = packages.packages.map(({ folder, manifest }) => ({
    file: folder === '.' ? 'package.json' : `${folder}/package.json`,
    manifest,
  }))
  const prettier =
    named(/^\.prettierrc|^prettier\.config\.[cm]?[jt]s$/) ??
    manifests.find(({ manifest }) => manifest.prettier !== undefined)?.file
  const biome = named(/^biome\.jsonc?$/)
  const editor = named(/^\.editorconfig$/)
  const shared = editor === undefined ? {} : editorSettings(read(editor) ?? '')
  const formatters = [
    ...(prettier === undefined ? [] : [[prettier, prettierStyle(prettier, read, shared)] as const]),
    ...(biome === undefined ? [] : [[biome, biomeStyle(read(biome) ?? '')] as const]),
  ]
  for (const [file, value] of formatters)
    if (value !== undefined) yield { topic: 'formatter', value, location: at(file) }
  const indentation = indentOf(shared)
  if (editor !== undefined && formatters.length === 0 && indentation !== undefined)
    yield {
      topic: 'formatter',
      value: `editorconfig: ${indentation}${widthOf(shared)}`,
      location: at(editor),
    }

  if (biome !== undefined && record(readJsonc(read(biome) ?? '').value, 'linter').enabled !== false)
    yield { topic: 'linter', value: 'biome', location: at(biome) }
  const eslint =
    named(/^\.eslintrc|^eslint\.config\./) ??
    manifests.find(({ manifest }) => manifest.eslintConfig !== undefined)?.file
  if (eslint !== undefined) yield { topic: 'linter', value: 'eslint', location: at(eslint) }
  const oxlint = named(/^\.?oxlint(?:rc)?\.(?:jsonc?|config)/)
  if (oxlint !== undefined) yield { topic: 'linter', value: 'oxlint', location: at(oxlint) }
}

type Settings = Record<string, unknown>

const record = (parent: unknown, key: string): Settings => {
  const child = isRecord(parent) ? parent[key] : undefined
  return isRecord(child) ? child : {}
}

const quotesOf = (single: boolean): string => (single ? 'single quotes' : 'double quotes')

function indentOf({ useTabs, tabWidth }: Settings): string | undefined {
  if (useTabs === true) return 'tabs'
  return typeof tabWidth === 'number' ? `${tabWidth} spaces` : undefined
}

const widthOf = ({ printWidth }: Settings): string =>
  typeof printWidth === 'number' ? `, width ${printWidth}` : ''

function prettierStyle(file: string, read: Read, shared: Settings): string | undefined {
  const text = read(file) ?? ''
  const own = prettierSettings(file, text)
  if (typeof own === 'string') return 'prettier (shared settings)'
  if (!isRecord(own)) return undefined
  const settings: Settings = { ...shared, ...own }
  // A configuration that builds on another one says nothing about what it leaves out.
  const whole = !(code.test(file) && /\.\.\.|\brequire\(|^import /m.test(text))
  const { singleQuote, semi, printWidth, trailingComma } = settings
  const indent = indentOf(whole ? { tabWidth: 2, ...settings } : settings)
  const parts = [
    ...(indent === undefined ? [] : [indent]),
    ...(whole || singleQuote !== undefined ? [quotesOf(singleQuote === true)] : []),
    ...(whole || semi !== undefined ? [semi === false ? 'no semicolons' : 'semicolons'] : []),
    ...(whole || printWidth !== undefined ? [`width ${printWidth ?? 80}`] : []),
    ...(typeof trailingComma === 'string' ? [`trailing commas: ${trailingComma}`] : []),
  ]
  return parts.length === 0 ? 'prettier (shared settings)' : `prettier: ${parts.join(', ')}`
}

function prettierSettings(file: string, text: string): unknown {
  if (base(file) === 'package.json') {
    const { value } = readJsonc(text)
    return isRecord(value) ? value.prettier : undefined
  }
  if (code.test(file)) return looseSettings(text)
  try {
    return file.endsWith('json') || text.trimStart().startsWith('{') ? readJsonc(text).value : parseYaml(text)
  } catch {
    return undefined
  }
}

/** `module.exports = { singleQuote: true }` without running it. */
function looseSettings(text: string): Settings {
  const settings: Settings = {}
  for (const [, key, value] of text.matchAll(
    /["']?(singleQuote|semi|printWidth|useTabs|tabWidth|trailingComma)["']?\s*:\s*(true|false|\d+|["']\w+["'])/g,
  )) {
    if (key !== undefined && value !== undefined) settings[key] = readJsonc(value.replaceAll("'", '"')).value
  }
  return settings
}

/** What `.editorconfig` says of all files, in Prettier's words, since Prettier reads it too. */
function editorSettings(text: string): Settings {
  const settings: Settings = {}
  let applies = false
  for (const line of text.split('\n')) {
    const section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1]
    if (section !== undefined) applies = section === '*' || /\b[jt]sx?\b/.test(section)
    const [, key, value = ''] = /^\s*(\w+)\s*=\s*(\S+)/.exec(line) ?? []
    if (!applies || key === undefined) continue
    if (key === 'indent_style') settings.useTabs = value === 'tab'
    if (key === 'indent_size' && /^\d+$/.test(value)) settings.tabWidth = Number(value)
    if (key === 'max_line_length' && /^\d+$/.test(value)) settings.printWidth = Number(value)
  }
  return settings
}

function biomeStyle(text: string): string | undefined {
  const { value } = readJsonc(text)
  const general = record(value, 'formatter')
  const script = record(record(value, 'javascript'), 'formatter')
  if (general.enabled === false || script.enabled === false) return undefined
  const spaces = (script.indentStyle ?? general.indentStyle) === 'space'
  const parts = [
    spaces ? `${script.indentWidth ?? general.indentWidth ?? 2} spaces` : 'tabs',
    quotesOf(script.quoteStyle === 'single'),
    script.semicolons === 'asNeeded' ? 'no semicolons' : 'semicolons',
    `width ${script.lineWidth ?? general.lineWidth ?? 80}`,
    ...(typeof script.trailingCommas === 'string' ? [`trailing commas: ${script.trailingCommas}`] : []),
  ]
  return `biome: ${parts.join(', ')}`
}
