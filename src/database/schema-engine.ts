/** Prisma's schema engine as WebAssembly: turns schemas into SQL without a download and, mostly, without a database. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'
import type { Client } from 'pg'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import { type EngineAdapter, noDatabase, readingAdapter } from './engine-adapter.ts'
import { forEngine, type SchemaFile } from './schema-text.ts'

/** One side of a difference: a schema, or nothing. */
export type Side = { schema: readonly SchemaFile[] } | 'nothing'

const outcome = z.object({ stdout: z.string().nullable() })

/** What the engine throws for a schema that it does not accept, as JSON in the message. */
const complaint = z.object({ message: z.string() })

/**
 * The SQL that leads from one side to the other. Needs no database.
 *
 * @throws UserError when a schema is not for Postgres, or the engine does not accept it
 */
export async function difference(from: Side, to: Side): Promise<string> {
  return ask(noDatabase, targetOf(from), targetOf(to), true)
}

/**
 * What leads from the database of the client to the schema, extensions aside: as SQL, and in words for people.
 *
 * @throws UserError as `difference`
 */
export async function differenceFromLive(
  client: Client,
  files: readonly SchemaFile[],
): Promise<{ sql: string; words: string }> {
  const schema = forEngine(files, false)
  const from: Target = { tag: 'schemaDatasource', files: schema, configDir: '' }
  const to: Target = { tag: 'schemaDatamodel', files: schema }
  const adapter = readingAdapter(client)
  return { sql: await ask(adapter, from, to, true), words: await ask(adapter, from, to, false) }
}

type Target = Parameters<SchemaEngine['diff']>[0]['from']

const targetOf = (side: Side): Target =>
  side === 'nothing' ? { tag: 'empty' } : { tag: 'schemaDatamodel', files: forEngine(side.schema) }

async function ask(adapter: EngineAdapter, from: Target, to: Target, script: boolean): Promise<string> {
  const module = await load()
  const log = (): void => undefined
  const filters = { externalTables: [], externalEnums: [] }
  const engine = await module.SchemaEngine.new({ datamodels: undefined }, log, adapter).catch(complain)
  try {
    const result: unknown = await engine.diff({ from, to, script, exitCode: null, filters }).catch(complain)
    return outcome.parse(result).stdout ?? ''
  } finally {
    engine.free()
  }
}

function complain(error: unknown): never {
  const text = error instanceof Error ? error.message : String(error)
  // Colours of the terminal, and the frame that it draws around lines.
  const plain = text.replace(new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g'), '')
  const parsed = complaint.safeParse(parsedJson(plain))
  const message = (parsed.success ? parsed.data.message : plain).trim()
  const [first = '', ...others] = message.split(/^(?=error: )/m)
  const more = others.length > 0 ? ` (and ${others.length} more like it)` : ''
  throw new UserError(
    `Prisma's schema engine does not accept the schema. ${first.trim()}${more}`,
    'Run `npx prisma validate`. If it passes with the version of Prisma in this project, please report this schema.',
    { cause: error },
  )
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** As far as it is needed; the types of Node 20 have none. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: Record<string, unknown> } }>
}

type EngineModule = typeof import('@prisma/schema-engine-wasm/schema_engine_bg')

let loaded: Promise<EngineModule> | undefined

/** By hand, because Node 20 does not import `.wasm`. */
function load(): Promise<EngineModule> {
  loaded ??= instantiate()
  return loaded
}

async function instantiate(): Promise<EngineModule> {
  const module = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  let panic = ''
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: {
      get: () => panic,
      set_message: (message: string) => {
        panic = message
      },
    },
  })
  const bytes = await readFile(script.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': module })
  module.__wbg_set_wasm(instance.exports)
  const start = instance.exports.__wbindgen_start
  if (typeof start === 'function') start()
  return module
}
