import { posix } from 'node:path'
import type { Project } from '../../project/project.ts'
import { poolOf } from '../../project/surroundings/clients.ts'
import { variablesOf } from '../../project/surroundings/environment.ts'
import { importChain } from '../../project/surroundings/imports.ts'
import { type Script, scriptsOf } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { noPassword } from './pool-settings.ts'

/** A script that runs a file of the project itself, without Next.js. */
const runner = /\b(?:tsx|ts-node|node|bun|esr)\b(?:\s+(?:watch|--\S+|-\w+))*\s+([\w./-]+\.[cm]?[jt]sx?)/

export const environmentNotLoaded: Cause = {
  id: 'connections/environment-not-loaded',
  title: 'A script runs outside of Next.js and loads no .env file',
  matches: noPassword,
  examine({ project }) {
    const name = poolOf(project)?.variable
    if (name === undefined)
      return contradicted('The connection string is not taken from a variable that could be read.')
    const [set] = variablesOf(project).filter((one) => one.name === name && !one.sample)
    if (!set) return contradicted(`No .env file sets ${name}.`)
    const bare = scriptsOf(project).flatMap((script) => {
      const entry = entryOf(project, script)
      return entry !== undefined && !loads(project, entry, script) ? [{ script, entry }] : []
    })
    const [first] = bare
    const cure = (entry: string) => [
      {
        what: `Load it as the first line of ${entry}, before the client is imported.`,
        code: "import 'dotenv/config'",
      },
      { what: 'Or let Node load it.', code: `tsx --env-file=${set.location.file} ${entry}` },
    ]
    if (!first)
      return unconfirmed(
        `${set.location.file} sets ${name}, and Next.js loads it. Something else ran the client.`,
        cure('the script'),
        ['Which command printed this? Only `next` loads .env files by itself.'],
        [step(set.location, `sets ${name}`)],
      )
    return confirmed(
      `\`npm run ${first.script.name}\` runs ${first.entry}, which uses the client. Next.js is not there to load ${set.location.file}, and nothing else does.`,
      [
        step(first.script.location, `"${first.script.name}": "${first.script.command}"`),
        step(set.location, `sets ${name}`),
        ...(importChain(project, first.entry, ({ file }) => file === poolOf(project)?.location?.file) ?? []),
      ],
      cure(first.entry),
    )
  },
  references: ['https://www.prisma.io/docs/orm/more/dev-environment/environment-variables'],
}

function entryOf(project: Project, { command, location }: Script): string | undefined {
  const file = runner.exec(command)?.[1]
  if (file === undefined) return undefined
  const entry = posix.join(posix.dirname(location.file), file)
  const client = poolOf(project)?.location?.file
  if (!project.files.includes(entry) || client === undefined) return undefined
  return entry === client || importChain(project, entry, ({ file: target }) => target === client)
    ? entry
    : undefined
}

const loads = (project: Project, entry: string, { command }: Script): boolean =>
  /--env-file|dotenv|env-cmd/.test(command) ||
  /loadEnv/.test(project.sourceText(entry) ?? '') ||
  importChain(project, entry, ({ external }) => /^(?:dotenv|@next\/env|@dotenvx\/)/.test(external ?? '')) !==
    undefined
