/** Versions of packages, as installed or as asked for. */
import { isRecord, readJsonc } from '../../source/config.ts'
import type { Package } from '../packages.ts'
import { readYaml } from '../yaml.ts'
import { inFolder, type Reading } from './reading.ts'

/** `16.4.5`: of the copy that the package finds, else the lowest that its range allows; nothing when it does not ask for it. */
export function versionOf(
  reading: Reading,
  name: string,
  from: Package[] = reading.reach,
): string | undefined {
  const owner = from.find(({ dependencies }) => dependencies[name] !== undefined)
  if (owner === undefined) return undefined
  for (const folder of above(owner.folder)) {
    const text = reading.text(inFolder(folder, `node_modules/${name}/package.json`))
    const { value } = readJsonc(text)
    if (isRecord(value) && typeof value.version === 'string') return value.version
  }
  const range = owner.dependencies[name] ?? ''
  const asked = range.startsWith('catalog:') ? fromCatalog(reading, name, range.slice(8)) : range
  return /\d+(?:\.\d+)*(?:-[\w.]+)?/.exec(asked ?? '')?.[0] ?? asked
}

export const majorOf = (version: string | undefined): number | undefined => {
  const major = /^\D*(\d+)/.exec(version ?? '')?.[1]
  return major === undefined ? undefined : Number(major)
}

/** The folder and those above it, up to the root. */
export function* above(folder: string): Generator<string> {
  for (
    let at = folder;
    at !== '.' && at !== '';
    at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : ''
  )
    yield at
  yield '.'
}

/** `catalog:` and `catalog:react19` of pnpm, bun and Yarn. */
function fromCatalog({ text }: Reading, name: string, which: string): string | undefined {
  const { value: manifest } = readJsonc(text('package.json'))
  const workspaces = isRecord(manifest) ? manifest.workspaces : undefined
  const sources = [yaml(text('pnpm-workspace.yaml')), yaml(text('.yarnrc.yml')), workspaces, manifest]
  for (const source of sources) {
    if (!isRecord(source)) continue
    const named = isRecord(source.catalogs) ? source.catalogs[which === '' ? 'default' : which] : undefined
    const catalog = which === '' || which === 'default' ? (source.catalog ?? named) : named
    const range = isRecord(catalog) ? catalog[name] : undefined
    if (typeof range === 'string') return range
  }
  return undefined
}

function yaml(text: string): unknown {
  try {
    return readYaml(text)
  } catch {
    return undefined
  }
}
