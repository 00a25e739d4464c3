/** The settings of formatters as their configuration states them, in Prettier's words. */
import { isRecord, readJsonc } from '../../source/config.ts'
import type { Read } from '../packages.ts'
import { readYaml } from '../yaml.ts'
import { base, code } from './sources.ts'

export type Settings = Record<string, unknown>

export const record = (parent: unknown, key: string): Settings => {
  const child = isRecord(parent) ? parent[key] : undefined
  return isRecord(child) ? child : {}
}

/** Of a configuration of Prettier. */
export interface PrettierFile {
  /** A name stands for settings that are shared as a package; nothing where it cannot be read. */
  own: Settings | string | undefined
  /** What it leaves out has Prettier's default: it builds on no other configuration. */
  whole: boolean
}

export function readPrettier(file: string, read: Read): PrettierFile {
  const text = read(file) ?? ''
  const own = prettierSettings(file, text)
  return {
    own: typeof own === 'string' || isRecord(own) ? own : undefined,
    whole: !(code.test(file) && /\.\.\.|\brequire\(|^import /m.test(text)),
  }
}

function prettierSettings(file: string, text: string): unknown {
  if (base(file) === 'package.json') {
    const { value } = readJsonc(text)
    return isRecord(value) ? value.prettier : undefined
  }
  if (code.test(file)) return looseSettings(text)
  try {
    return file.endsWith('json') || text.trimStart().startsWith('{') ? readJsonc(text).value : readYaml(text)
  } catch {
    return undefined
  }
}

/** `module.exports = { singleQuote: true }` without running it. */
function looseSettings(text: string): Settings {
  const settings: Settings = {}
  for (const [, key, value] of text.matchAll(
    /["']?(singleQuote|semi|printWidth|useTabs|tabWidth|trailingComma|arrowParens|bracketSpacing)["']?\s*:\s*(true|false|\d+|["']\w+["'])/g,
  )) {
    if (key !== undefined && value !== undefined) settings[key] = readJsonc(value.replaceAll("'", '"')).value
  }
  return settings
}

/** What `.editorconfig` says of all files, in Prettier's words, since Prettier reads it too. */
export function editorSettings(text: string): Settings {
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

/** What a configuration of Biome says, with Biome's defaults; nothing when it does not format. */
export function biomeSettings(text: string): Settings | undefined {
  const { value } = readJsonc(text)
  const general = record(value, 'formatter')
  const script = record(record(value, 'javascript'), 'formatter')
  if (general.enabled === false || script.enabled === false) return undefined
  const { trailingCommas, arrowParentheses } = script
  const spacing = script.bracketSpacing ?? general.bracketSpacing
  return {
    useTabs: (script.indentStyle ?? general.indentStyle) !== 'space',
    tabWidth: script.indentWidth ?? general.indentWidth ?? 2,
    singleQuote: script.quoteStyle === 'single',
    semi: script.semicolons !== 'asNeeded',
    printWidth: script.lineWidth ?? general.lineWidth ?? 80,
    ...(typeof trailingCommas === 'string' && { trailingComma: trailingCommas }),
    ...(arrowParentheses === 'asNeeded' && { arrowParens: 'avoid' }),
    ...(typeof spacing === 'boolean' && { bracketSpacing: spacing }),
  }
}
