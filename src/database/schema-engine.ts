/** Prisma's schema engine as WebAssembly: turns schemas into SQL without a download and, mostly, without a database. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import { type EngineAdapter, noDatabase } from './engine-adapter.ts'
import { forEngine, type SchemaFile } from './schema-text.ts'

/** One side of a difference: a schema, nothing, or the database behind the adapter as `files` would see it. */
export type Side = { schema: readonly SchemaFile[] } | { live: readonly SchemaFile[] } | 'nothing'

const outcome = z.object({ stdout: z.string().nullable() })

/** What the engine throws for a schema that it does not accept, as JSON in the message. */
const complaint = z.object({ message: z.string() })

/**
 * What leads from one side to the other: SQL, or with `script: false` a list in words.
 *
 * @throws UserError when a schema is not for Postgres, or the engine does not accept it
 */
export async function difference(
  from: Side,
  to: Side,
  options: { script: boolean; adapter?: EngineAdapter },
): Promise<string> {
  const module = await load()
  const log = (): void => undefined
  const engine = await module.SchemaEngine.new(
    { datamodels: undefined },
    log,
    options.adapter ?? noDatabase,
  ).catch(complain)
  try {
    return await ask(engine, from, to, options.script)
  } finally {
    engine.free()
  }
}

async function ask(engine: SchemaEngine, from: Side, to: Side, script: boolean): Promise<string> {
  const result: unknown = await engine
    .diff({
      from: target(from),
      to: target(to),
      script,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    })
    .catch(complain)
  return outcome.parse(result).stdout ?? ''
}

type Target = Parameters<SchemaEngine['diff']>[0]['from']

function target(side: Side): Target {
  if (side === 'nothing') return { tag: 'empty' }
  if ('live' in side) return { tag: 'schemaDatasource', files: forEngine(side.live), configDir: '' }
  return { tag: 'schemaDatamodel', files: forEngine(side.schema) }
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
