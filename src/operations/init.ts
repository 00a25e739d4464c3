/** Telling coding agents about a project: housekeeping of the command line. */
import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { z } from 'zod'
import { applyChange } from '../changes/apply.ts'
import { diffOf } from '../changes/diff.ts'
import { removeEmptyFolder } from '../changes/disk.ts'
import { journalFolderOf } from '../changes/journal.ts'
import { planned, type ReadText } from '../changes/plan.ts'
import { UserError } from '../core/error.ts'
import type { Context } from '../core/operation.ts'
import { factsOf } from '../setup/facts.ts'
import { type HostName, hostNames, hosts, type Texts } from '../setup/hosts.ts'
import { type Setup, setUp, takeOut } from '../setup/plan.ts'
import { type InitRecord, readRecord } from '../setup/record.ts'
import { openProject } from './open.ts'

export { hostNames }

export interface InitOptions {
  /** Which agents; empty: those that it was written for before, else those of which there are traces. */
  hosts: readonly HostName[]
  /** Take out what was written before. */
  remove: boolean
  /** Write it. */
  apply: boolean
}

export interface InitResult {
  /** For a person. */
  text: string
  /** What is there is not what would be written. */
  stale: boolean
}

/**
 * Plans, and with `apply` writes, what coding agents read: the agent, the server's entry, facts of this project. Throws a
 * `UserError` with nothing written where there is no application, or a file cannot be changed safely.
 */
export async function init(context: Context, options: InitOptions): Promise<InitResult> {
  const { root } = context
  const read = readerOf(root)
  const record = readRecord(read)
  const setup = options.remove ? takeOut(record, read) : await wished(context, options, record, read)
  const { change } = setup
  const stale = change.edits.length + change.creates.length + (change.removes ?? []).length > 0
  const left = setup.left.map(({ file, why }) => `Left alone: ${file}: ${why}.\n`).join('')
  const done = options.remove ? 'Nothing of it is there' : 'Everything is there already'
  if (!stale) return { text: `${left}${done}, nothing to change.\n`, stale }
  if (!options.apply) {
    const diff = diffOf(change, read)
    const command = `backend-engineer init${options.remove ? ' --remove' : ''} --apply`
    return { text: `${diff}\n${left}Nothing was written. Write it: ${command}\n`, stale }
  }
  const { id, files } = await applyChange(root, planned(change, read), journalFolderOf(root))
  for (const { file, did } of files) if (did === 'removed') await removeFolders(root, file)
  const names = files.map(({ file, did }) => `  ${did} ${file}\n`).join('')
  return {
    text: `Change ${id}:\n${names}${left}\`backend-engineer undo\` takes it back, byte for byte.\n`,
    stale,
  }
}

/** The folders of a file, as far as nothing lives in them any more. `undo` makes them again. */
async function removeFolders(root: string, file: string): Promise<void> {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder))
    await removeEmptyFolder(join(root, folder))
}

async function wished(
  context: Context,
  options: InitOptions,
  record: InitRecord,
  read: ReadText,
): Promise<Setup> {
  const { project, fatal } = await openProject(context)
  if (fatal) throw new UserError(fatal.message, 'Nothing was written.')
  const chosen = choose(options.hosts, record, context.root)
  const texts: Texts = {
    agent: await agentText(),
    facts: factsOf(project.map, 'npx backend-engineer'),
    server: serverOf(read),
    claude: claudeReads(context.root, read, chosen),
  }
  return setUp(
    chosen.flatMap((host) => hosts[host].wishes(texts)),
    chosen,
    record,
    read,
  )
}

function choose(asked: readonly HostName[], record: InitRecord, root: string): HostName[] {
  if (asked.length > 0) return [...asked]
  if (record.hosts.length > 0) return record.hosts
  const seen = hostNames.filter((host) => hosts[host].traces.some((file) => existsSync(join(root, file))))
  return seen.length > 0 ? seen : ['claude', 'agents']
}

/** AGENTS.md is the one place wherever it is read anyway: a second copy in CLAUDE.md would be read twice. */
function claudeReads(root: string, read: ReadText, chosen: readonly HostName[]): Texts['claude'] {
  const [claude, agents] = [join(root, 'CLAUDE.md'), join(root, 'AGENTS.md')]
  const shared = existsSync(agents) || chosen.some((host) => host !== 'claude')
  if (!existsSync(claude)) return shared ? 'import' : 'own'
  if (existsSync(agents) && realpathSync(claude) === realpathSync(agents)) return 'agents'
  return shared && /^@AGENTS\.md\s*$/m.test(read('CLAUDE.md') ?? '') ? 'agents' : 'own'
}

const manifest = z.object({
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
})

/** A dependency is started directly, in a fifth of the time; otherwise only what is installed is run, nothing fetched. */
function serverOf(read: ReadText): Texts['server'] {
  const parsed = manifest.safeParse(JSON.parse(read('package.json') ?? '{}'))
  const declared = parsed.success && {
    ...parsed.data.dependencies,
    ...parsed.data.devDependencies,
  }
  return declared && 'backend-engineer' in declared
    ? { command: 'node', args: ['node_modules/backend-engineer/dist/cli/mcp.cjs'] }
    : { command: 'npx', args: ['--no-install', 'backend-engineer', 'mcp'] }
}

/** The definition of the plugin is the one source for all agents. */
async function agentText(): Promise<Texts['agent']> {
  const file = await readFile(new URL('../../plugin/agents/backend-engineer.md', import.meta.url), 'utf8')
  const [, name, description, instructions] =
    /^---\nname: (.+)\ndescription: (.+)\n---\n\n([\s\S]+)$/.exec(file) ?? []
  if (name === undefined || description === undefined || instructions === undefined)
    throw new Error('The definition of the agent is not as init reads it.')
  return { name, description, instructions }
}

function readerOf(root: string): ReadText {
  return (file) => {
    const path = join(root, file)
    if (!existsSync(path)) return undefined
    if (!statSync(path).isFile())
      throw new UserError(
        `${file} is no file.`,
        'Nothing was written. Choose the agents with --host, or move it away.',
      )
    return readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  }
}
