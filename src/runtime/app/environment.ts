/** The environment of the copy: a made-up value for every variable that the code reads, none of the user's own. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { listFiles, readText } from '../../source/files.ts'
import type { StagedApp } from './stage.ts'
import { isSampleEnv } from './tree.ts'
import { type Ground, isDatabaseUrl, isReserved, isSecretName, isServiceName, makeValue } from './values.ts'
import { findVariables, type Variable } from './variables.ts'

export interface MadeEnvironment {
  values: Record<string, string>
  /** Variables that are read and were left unset: switches, and addresses of services that are not there. */
  unset: string[]
}

const code = /(?<!\.d)\.(?:tsx?|jsx?|mjs|cjs|mts|cts)$/
const test = /\.(?:test|spec|stories)\.|(?:^|\/)(?:__tests__|__mocks__|e2e|cypress|playwright|generated)\//

/** Values for the variables that the copy's sources, Prisma schemas and samples of `.env` name. */
export async function makeEnvironment(staged: StagedApp, ground: Ground): Promise<MadeEnvironment> {
  const { files } = await listFiles(staged.root)
  const text = (file: string): string => readText(staged.root, file) ?? ''
  const variables = findVariables(
    files.filter((file) => code.test(file) && !test.test(file)).map((file) => ({ file, text: text(file) })),
  )
  const values: Record<string, string> = {}
  const unset: string[] = []
  const samples = await sampleValues(staged, files)
  for (const variable of variables) {
    const { name, check } = variable
    if (isReserved(name)) continue
    const sample = samples.get(name)
    if (sample !== undefined && isHarmless(name, sample)) values[name] = sample
    else if (isLeft(variable)) unset.push(name)
    else values[name] = makeValue(name, check, ground)
  }
  for (const name of samples.keys())
    if (isDatabaseUrl(name) && !isReserved(name)) values[name] = ground.databaseUrl
  for (const name of urlsOfSchemas(
    files.filter((file) => file.endsWith('.prisma')).map((file) => ({ file, text: text(file) })),
  ))
    values[name] = ground.databaseUrl
  values.DATABASE_URL ??= ground.databaseUrl
  return { values, unset }
}

/** Unset is what a variable is meant to be where it is optional, a switch, or the address of a service. */
function isLeft({ name, check, fallback, compared }: Variable): boolean {
  if (isDatabaseUrl(name)) return false
  if (check !== undefined)
    return check.optional && (check.kind !== 'string' || isServiceName(name) || !isSecretName(name))
  if (compared || isServiceName(name)) return true
  return fallback && !isSecretName(name)
}

async function sampleValues({ root, place }: StagedApp, files: string[]): Promise<Map<string, string>> {
  const values = new Map<string, string>()
  const folders = new Set(['.', ...place.members])
  const own = files.filter((file) => {
    const slash = file.lastIndexOf('/')
    return isSampleEnv(file.slice(slash + 1)) && folders.has(slash < 0 ? '.' : file.slice(0, slash))
  })
  for (const file of own)
    if (existsSync(join(root, file)))
      for (const [name, value] of Object.entries(parseEnv(await readFile(join(root, file), 'utf8'))))
        if (value !== undefined) values.set(name, value)
  return values
}

/** Samples of switches, numbers and names say what the code expects. Secrets and addresses are ours to make. */
function isHarmless(name: string, value: string): boolean {
  if (value.trim() === '' || isDatabaseUrl(name) || isSecretName(name) || isServiceName(name)) return false
  return /^(?:true|false|\d{1,9}|[a-z]{2}(?:-[A-Z]{2})?|[a-z][a-z0-9_-]{1,24})$/.test(value)
}

function urlsOfSchemas(files: { file: string; text: string }[]): string[] {
  return files.flatMap(({ text }) =>
    [...text.matchAll(/^\s*(?:url|directUrl|shadowDatabaseUrl)\s*=\s*env\("([^"]+)"\)/gm)].flatMap(
      (match) => match[1] ?? [],
    ),
  )
}
