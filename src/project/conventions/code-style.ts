/** The formatter with its settings, and the linters. */
import type { Convention } from '../../core/map.ts'
import { readJsonc } from '../../source/config.ts'
import type { Read } from '../packages.ts'
import { biomeSettings, editorSettings, readPrettier, record, type Settings } from './formatters.ts'
import { at, base, type Sources, shallowFirst } from './sources.ts'

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

const quotesOf = (single: boolean): string => (single ? 'single quotes' : 'double quotes')

function indentOf({ useTabs, tabWidth }: Settings): string | undefined {
  if (useTabs === true) return 'tabs'
  return typeof tabWidth === 'number' ? `${tabWidth} spaces` : undefined
}

const widthOf = ({ printWidth }: Settings): string =>
  typeof printWidth === 'number' ? `, width ${printWidth}` : ''

function prettierStyle(file: string, read: Read, shared: Settings): string | undefined {
  const { own, whole } = readPrettier(file, read)
  if (typeof own === 'string') return 'prettier (shared settings)'
  if (own === undefined) return undefined
  const settings: Settings = { ...shared, ...own }
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

function biomeStyle(text: string): string | undefined {
  const settings = biomeSettings(text)
  if (settings === undefined) return undefined
  const { trailingComma } = settings
  const parts = [
    indentOf(settings),
    quotesOf(settings.singleQuote === true),
    settings.semi === false ? 'no semicolons' : 'semicolons',
    `width ${settings.printWidth}`,
    ...(typeof trailingComma === 'string' ? [`trailing commas: ${trailingComma}`] : []),
  ]
  return `biome: ${parts.join(', ')}`
}
