/** What an answer says that the versions of a project do not have yet: playbooks are written for Next.js 16, Prisma 7 and zod 4. */
import type { Habits } from '../project/habits/habits.ts'

interface Newer {
  /** As it stands in code. */
  uses: RegExp
  of: 'Next.js' | 'Prisma' | 'zod'
  /** Major and minor version that first has it. */
  since: readonly [major: number, minor: number]
  name: string
  /** What does it in versions before. */
  before: string
  /** With an adapter, it is the same in versions before. */
  withoutAdapter?: true
}

// Each since: the version history on its page of nextjs.org, the release notes of Prisma, zod.dev/v4/changelog.
const NEWER: readonly Newer[] = [
  {
    uses: /\bupdateTag\b/,
    of: 'Next.js',
    since: [16, 0],
    name: '`updateTag`',
    before: '`revalidateTag(tag)` does it',
  },
  {
    uses: /'use cache'|`use cache`|\bcacheTag\b|\bcacheLife\b/,
    of: 'Next.js',
    since: [16, 0],
    name: '`use cache`',
    before: '`unstable_cache` with `tags` does it',
  },
  {
    uses: /\bparams: Promise</,
    of: 'Next.js',
    since: [15, 0],
    name: '`params` as a promise',
    before: 'they are the object itself, without `await`',
  },
  {
    uses: /\bafter\(/,
    of: 'Next.js',
    since: [15, 1],
    name: '`after()`',
    before: 'await the work, or give it to a job',
  },
  {
    uses: /\bnew PrismaPg\b/,
    of: 'Prisma',
    since: [7, 0],
    name: 'A pool that is set in the code',
    before: '`connection_limit` and `pool_timeout` of the URL count',
    withoutAdapter: true,
  },
  {
    uses: /\bz\.(?:email|url|uuid|int|stringbool)\(|\bz\.flattenError\b/,
    of: 'zod',
    since: [4, 0],
    name: '`z.email()`, `z.int()`, `z.stringbool()` and `z.flattenError`',
    before: 'write `z.string().email()`, `z.number().int()`, `error.flatten()`',
  },
]

/** Remarks on what stands in an answer (`texts`) and is newer than what the project has; none where its version is not known. */
export function versionRemarks(texts: readonly string[], habits: Habits): string[] {
  const said = texts.join('\n')
  return NEWER.flatMap(({ uses, of, since, name, before, withoutAdapter }) => {
    const version = versionOf(of, habits)
    if (!version || !isBefore(version, since) || !uses.test(said)) return []
    if (withoutAdapter && hasAdapter(habits)) return []
    const first = since[1] === 0 ? `${since[0]}` : since.join('.')
    return [`${name} came with ${of} ${first}, and this project has ${version.text}. There, ${before}.`]
  })
}

interface Version {
  text: string
  major: number
  /** Of a range (`^15.0.0`) that nothing is installed of, any may be meant. */
  minor: number
}

function isBefore({ major, minor }: Version, since: Newer['since']): boolean {
  return major < since[0] || (major === since[0] && minor < since[1])
}

const PACKAGES = { 'Next.js': 'next', Prisma: 'prisma', zod: 'zod' } as const

function versionOf(of: Newer['of'], { app, schema, packages }: Habits): Version | undefined {
  const range = packages.asked[PACKAGES[of]] ?? ''
  const known = { 'Next.js': app.next, Prisma: schema?.prisma, zod: range }[of] ?? ''
  const [text, major, minor] = /(\d+)(?:\.(\d+))?(?:\.\d+)?/.exec(known) ?? []
  if (text === undefined) return undefined
  const isOpen = /^[\^~>]/.test(range) && range.includes(text)
  return { text, major: Number(major), minor: isOpen || minor === undefined ? Infinity : Number(minor) }
}

const hasAdapter = ({ packages }: Habits): boolean =>
  Object.keys(packages.asked).some((name) => name.startsWith('@prisma/adapter-'))
