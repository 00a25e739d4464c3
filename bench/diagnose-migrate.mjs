// Applies the migrations of a project as `prisma migrate deploy` does, with Prisma's own schema engine as WebAssembly,
// because the native one has to be downloaded: `node diagnose-migrate.mjs` in the folder of the project.
// `once [from]` sends each file as one query instead, as engines before Prisma 7.4 did. Prints the message as it is.
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils'
import pg from 'pg'

const [action = 'apply', from = ''] = process.argv.slice(2)
const folder = join(process.cwd(), 'prisma/migrations')
const names = readdirSync(folder)
  .filter((name) => /^\d/.test(name))
  .sort()
const sqlOf = (name) => readFileSync(join(folder, name, 'migration.sql'), 'utf8')

async function engineOf() {
  const module = await import('@prisma/schema-engine-wasm/schema_engine_bg')
  const script = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg')
  globalThis.PRISMA_WASM_PANIC_REGISTRY = { set_message: (message) => console.error(message) }
  const bytes = readFileSync(script.replace(/\.js$/, '.wasm'))
  const { instance } = await WebAssembly.instantiate(bytes, { './schema_engine_bg.js': module })
  module.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  const adapter = bindMigrationAwareSqlAdapterFactory(
    new PrismaPg({ connectionString: process.env.DATABASE_URL }),
  )
  const schema = readFileSync('prisma/schema.prisma', 'utf8')
  return module.SchemaEngine.new({ datamodels: [['prisma/schema.prisma', schema]] }, () => undefined, adapter)
}

const migrationsList = {
  baseDir: folder,
  lockfile: {
    path: 'migration_lock.toml',
    content: readFileSync(join(folder, 'migration_lock.toml'), 'utf8'),
  },
  migrationDirectories: names.map((name) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok', value: sqlOf(name) } },
  })),
  shadowDbInitScript: '',
}

/** Engines put their message into JSON. */
function messageOf(error) {
  try {
    const { message, error_code: code } = JSON.parse(error.message)
    return `Error: ${code ?? ''}\n\n${message}`
  } catch {
    return `Error: ${error.code ? `${error.code}\n\n` : ''}${error.message}`
  }
}

try {
  if (action === 'once') {
    const client = new pg.Client(process.env.DATABASE_URL)
    await client.connect()
    for (const name of names.filter((one) => one >= from)) {
      console.log(`Applying migration \`${name}\``)
      await client.query(sqlOf(name))
    }
  } else {
    const engine = await engineOf()
    const filters = { externalTables: [], externalEnums: [] }
    console.log(`${names.length} migrations found in prisma/migrations\n`)
    const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters })
    console.log(`Applied: ${appliedMigrationNames.join(', ')}`)
  }
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
process.exit()
