/** The environment of the copy: a made-up value for every variable that the code reads, none of the user's own. */
import { parseEnv } from 'node:util'
import { listFiles, readText } from '../../source/files.ts'
import { isRedisAddress } from '../redis/wanted.ts'
import type { StagedApp } from './stage.ts'
import { isSampleEnv } from './tree.ts'
import {
  type Ground,
  isDatabaseUrl,
  isOwnAddress,
  isReserved,
  isSecretName,
  isServiceName,
  makeValue,
} from './values.ts'
import { findVariables, type SourceText, type Variable } from './variables.ts'

export interface MadeEnvironment {
  values: Record<string, string>
  /** Variables that are read and were left unset: switches, and addresses of services that are not there. */
  unset: string[]
}

const code = /(?<!\.d)\.(?:tsx?|jsx?|mjs|cjs|mts|cts)$/
const test = /\.(?:test|spec|stories)\.|(?:^|\/)(?:__tests__|__mocks__|e2e|cypress|playwright|generated)\//

export interface Sources {
  /** Code without tests. */
  code: SourceText[]
  schemas: SourceText[]
  /** `.env.example` and the like, of the packages. */
  samples: SourceText[]
  /** Of all packages. */
  manifests: SourceText[]
}

/** What the copy has of text that says something of its environment. */
export async function readSources({ root, place }: StagedApp): Promise<Sources> {
  const { files } = await listFiles(root)
  const folders = new Set(['.', ...place.members])
  const isSample = (file: string): boolean => {
    const slash = file.lastIndexOf('/')
    return isSampleEnv(file.slice(slash + 1)) && folders.has(slash < 0 ? '.' : file.slice(0, slash))
  }
  const texts = (wanted: (file: string) => boolean): SourceText[] =>
    files.filter(wanted).map((file) => ({ file, text: readText(root, file) ?? '' }))
  return {
    code: texts((file) => code.test(file) && !test.test(file)),
    schemas: texts((file) => file.endsWith('.prisma')),
    samples: texts(isSample),
    manifests: texts((file) => /(?:^|\/)package\.json$/.test(file)),
  }
}

/** Values for the variables that the sources, the Prisma schemas and the samples name. */
export function makeEnvironment(sources: Omit<Sources, 'manifests'>, ground: Ground): MadeEnvironment {
  const values: Record<string, string> = {}
  const unset: string[] = []
  const samples = new Map(sources.samples.flatMap(({ text }) => Object.entries(parseEnv(text))))
  for (const variable of findVariables(sources.code)) {
    const { name, check } = variable
    if (isReserved(name)) continue
    const sample = samples.get(name)
    if (sample !== undefined && isHarmless(name, sample)) values[name] = sample
    else if (isLeft(variable, ground)) unset.push(name)
    else values[name] = makeValue(name, check, ground)
  }
  for (const name of [...samples.keys(), ...urlsOfSchemas(sources.schemas), 'DATABASE_URL'])
    if (isDatabaseUrl(name) || !samples.has(name)) values[name] ??= ground.databaseUrl
  return { values, unset }
}

/** Unset is what a variable is meant to be where it is optional, a switch, or the address of a service. */
function isLeft({ name, check, fallback, compared }: Variable, ground: Ground): boolean {
  if (isDatabaseUrl(name)) return false
  if (ground.redisUrl !== undefined && isRedisAddress(name)) return check?.optional ?? (fallback || compared)
  if (check !== undefined)
    return check.optional && (check.kind !== 'string' || isServiceName(name) || !isSecretName(name))
  if (compared || isServiceName(name)) return true
  return fallback && !isSecretName(name) && !isOwnAddress(name)
}

/** Samples of switches, numbers and names say what the code expects. Secrets and addresses are ours to make. */
function isHarmless(name: string, value: string): boolean {
  if (value.trim() === '' || isDatabaseUrl(name) || isSecretName(name) || isServiceName(name)) return false
  return /^(?:true|false|\d{1,9}|[a-z]{2}(?:-[A-Z]{2})?|[a-z][a-z0-9_-]{1,24})$/.test(value)
}

function urlsOfSchemas(files: SourceText[]): string[] {
  return files.flatMap(({ text }) =>
    [...text.matchAll(/^\s*(?:url|directUrl|shadowDatabaseUrl)\s*=\s*env\("([^"]+)"\)/gm)].flatMap(
      (match) => match[1] ?? [],
    ),
  )
}
