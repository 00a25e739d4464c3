// How long `review` takes: cold, with nothing changed, after an edit of one file; how much memory; and how that grows with the
// lines of a project. Prints Markdown. After `npm run build`.
//   node bench/speed.mjs [--tree FOLDER] [--sizes 50000,500000,2000000] [--runs 3]
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const tool = join(import.meta.dirname, '../dist/cli/main.js')
const { values } = parseArgs({
  options: {
    tree: { type: 'string' },
    sizes: { type: 'string', default: '50000,500000,2000000' },
    runs: { type: 'string', default: '3' },
  },
})
const runs = Number(values.runs)
const base = mkdtempSync(join(tmpdir(), 'speed-'))
/** Loaded before the tool: says at its end what the process has used. */
const meter = `data:text/javascript,${encodeURIComponent(`
  import { writeFileSync } from 'node:fs'
  process.on('exit', () => writeFileSync(process.env.SPEED_USED, JSON.stringify(process.resourceUsage())))
`)}`

const METHOD = `# How long a review takes

Printed by \`node bench/speed.mjs\`.

- Each run is a process of its own, \`review --all --format json\`: its start, the reading and the writing of the report count.
  \`wall\` is the time until it ended; \`cpu\` is user and system time of all its threads, which says more on a machine that is
  busy with other things; \`memory\` is the largest resident size. Medians of ${runs} runs.
- Cold: without a cache of answers. Files are in the cache of the operating system.
- Nothing changed: the answer was kept, and it is shown that no file has changed since.
- After an edit: a comment was added to one file that endpoints use.
- Growth: generated projects. A resource has five endpoints with a guard, a service, schemas and Prisma calls, and eighteen
  files around them that no endpoint reaches: one endpoint for 700 lines, as in the public applications that were looked at.
`

function review(root, cache) {
  const used = join(base, 'used.json')
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--import',
      meter,
      tool,
      'review',
      root,
      '--all',
      '--format',
      'json',
      '--fail-on',
      'never',
      ...(cache ? [] : ['--no-cache']),
    ],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      env: { ...process.env, SPEED_USED: used, ...(cache && { XDG_CACHE_HOME: cache }) },
    },
  )
  const wall = (performance.now() - start) / 1000
  if (status !== 0) throw new Error(stderr)
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(readFileSync(used, 'utf8'))
  const { coverage, findings } = JSON.parse(stdout)
  return {
    wall,
    cpu: (userCPUTime + systemCPUTime) / 1e6,
    memory: maxRSS / 1024,
    coverage,
    findings: findings.length,
  }
}

const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]
/** `before`: what is done before each run. */
function measure(root, cache, before = () => {}) {
  const all = Array.from({ length: runs }, (_, i) => {
    before(i)
    return review(root, cache)
  })
  const of = (key) => median(all.map((one) => one[key]))
  return { ...all[0], wall: of('wall'), cpu: of('cpu'), memory: of('memory') }
}

const row = (name, { wall, cpu, memory }) =>
  `| ${name} | ${wall.toFixed(2)} | ${cpu.toFixed(2)} | ${Math.round(memory)} |`
const size = ({ coverage: { files, lines, endpoints, queries } }) =>
  `${files} code files, ${lines} lines, ${endpoints} endpoints, ${queries} Prisma calls`

function inThree(root, edited) {
  const cold = measure(root)
  const cache = join(base, 'cache')
  review(root, cache)
  const unchanged = measure(root, cache)
  const edit = measure(root, cache, (i) => appendFileSync(join(root, edited), `// ${i}\n`))
  console.log(`${size(cold)}\n`)
  console.log('| | wall, s | cpu, s | memory, MB |\n| --- | --- | --- | --- |')
  for (const [name, one] of Object.entries({ cold, 'nothing changed': unchanged, 'after an edit': edit }))
    console.log(row(name, one))
  console.log()
  return cold
}

// ---- generated projects

const MODELS = 80
const AROUND = 18

function write(root, file, text) {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

/** Gives a file that endpoints use. */
function generate(root, lines) {
  const models = Array.from(
    { length: MODELS },
    (_, i) =>
      `model Item${i} {\n  id     String @id @default(cuid())\n  title  String\n  note   String?\n  orgId  String\n  org    Org    @relation(fields: [orgId], references: [id])\n  @@index([orgId])\n}\n`,
  )
  write(
    root,
    'package.json',
    JSON.stringify({
      name: 'generated',
      dependencies: { next: '16.4.5', '@prisma/client': '7.10.0', zod: '4.6.7', 'next-auth': '4.24.15' },
    }),
  )
  write(root, 'tsconfig.json', JSON.stringify({ compilerOptions: { paths: { '@/*': ['./*'] } } }))
  write(
    root,
    'prisma/schema.prisma',
    `datasource db {\n  provider = "postgresql"\n}\nmodel User {\n  id      String   @id\n  email   String   @unique\n  members Member[]\n}\nmodel Org {\n  id      String   @id\n  members Member[]\n${models.map((_, i) => `  items${i} Item${i}[]\n`).join('')}}\nmodel Member {\n  id     String @id\n  role   String\n  userId String\n  orgId  String\n  user   User   @relation(fields: [userId], references: [id])\n  org    Org    @relation(fields: [orgId], references: [id])\n  @@unique([userId, orgId])\n  @@index([orgId])\n}\n${models.join('')}`,
  )
  write(
    root,
    'lib/prisma.ts',
    "import { PrismaClient } from '@prisma/client'\n\nexport const prisma = new PrismaClient()\n",
  )
  write(root, 'lib/guard.ts', GUARD)
  let written = 0
  for (let i = 0; written < lines; i++) {
    const name = `item${i % MODELS}`
    const files = {
      [`app/api/orgs/[orgId]/r${i}/route.ts`]: listRoute(i),
      [`app/api/orgs/[orgId]/r${i}/[id]/route.ts`]: oneRoute(i),
      [`modules/r${i}/service.ts`]: service(i, name),
      [`modules/r${i}/schema.ts`]: SCHEMA,
      ...Object.fromEntries(
        Array.from({ length: AROUND }, (_, at) => [`modules/r${i}/part${at}.tsx`, around(i, at)]),
      ),
    }
    for (const [file, text] of Object.entries(files)) {
      write(root, file, text)
      written += text.split('\n').length - 1
    }
  }
  return 'modules/r0/service.ts'
}

const GUARD = `import { getServerSession } from 'next-auth'
import { prisma } from '@/lib/prisma'

export async function requireMember(orgId: string) {
  const session = await getServerSession()
  if (!session?.user) throw new Response('Sign in', { status: 401 })
  const member = await prisma.member.findUnique({ where: { userId_orgId: { userId: session.user.id, orgId } } })
  if (!member) throw new Response('Not found', { status: 404 })
  return member
}

export const handler =
  (work: (request: Request, params: Record<string, string>) => Promise<Response>) =>
  async (request: Request, { params }: { params: Promise<Record<string, string>> }) => {
    try {
      const known = await params
      await requireMember(known.orgId)
      return await work(request, known)
    } catch (error) {
      if (error instanceof Response) return error
      return Response.json({ error: 'Something went wrong' }, { status: 500 })
    }
  }
`
const listRoute = (i) => `import { handler } from '@/lib/guard'
import { newItem } from '@/modules/r${i}/schema'
import { create, list } from '@/modules/r${i}/service'

export const GET = handler(async (request, { orgId }) => {
  const cursor = new URL(request.url).searchParams.get('cursor')
  return Response.json(await list(orgId, cursor))
})

export const POST = handler(async (request, { orgId }) => {
  const body = newItem.safeParse(await request.json())
  if (!body.success) return Response.json({ error: body.error.issues }, { status: 400 })
  return Response.json(await create(orgId, body.data), { status: 201 })
})
`
const oneRoute = (i) => `import { handler } from '@/lib/guard'
import { changes } from '@/modules/r${i}/schema'
import { change, one, remove } from '@/modules/r${i}/service'

export const GET = handler(async (_request, { orgId, id }) => {
  const found = await one(orgId, id)
  return found ? Response.json(found) : Response.json({ error: 'Not found' }, { status: 404 })
})

export const PATCH = handler(async (request, { orgId, id }) => {
  const body = changes.safeParse(await request.json())
  if (!body.success) return Response.json({ error: body.error.issues }, { status: 400 })
  const changed = await change(orgId, id, body.data)
  return changed ? Response.json(changed) : Response.json({ error: 'Not found' }, { status: 404 })
})

export const DELETE = handler(async (_request, { orgId, id }) => {
  const removed = await remove(orgId, id)
  return new Response(null, { status: removed ? 204 : 404 })
})
`
const service = (i, name) => `import { prisma } from '@/lib/prisma'

const PAGE = 50

export async function list(orgId: string, cursor: string | null) {
  const rows = await prisma.${name}.findMany({
    where: { orgId },
    orderBy: { id: 'asc' },
    take: PAGE + 1,
    ...(cursor ? { cursor: { id: cursor }, skip: 1 } : {}),
  })
  return { rows: rows.slice(0, PAGE), next: rows.length > PAGE ? rows[PAGE - 1]?.id : null }
}

export const create = (orgId: string, data: { title: string; note?: string }) =>
  prisma.${name}.create({ data: { ...data, orgId } })

export const one = (orgId: string, id: string) => prisma.${name}.findFirst({ where: { id, orgId } })

export async function change(orgId: string, id: string, data: { title?: string; note?: string }) {
  const { count } = await prisma.${name}.updateMany({ where: { id, orgId }, data })
  return count > 0 ? one(orgId, id) : null
}

export async function remove(orgId: string, id: string) {
  const { count } = await prisma.${name}.deleteMany({ where: { id, orgId } })
  if (count === 0) console.info('r${i}: nothing to remove', id)
  return count > 0
}
`
const SCHEMA = `import { z } from 'zod'

export const newItem = z.object({ title: z.string().min(1).max(200), note: z.string().max(5000).optional() })
export const changes = newItem.partial()
`
const around = (i, at) => `'use client'
import { useMemo, useState } from 'react'
${at > 0 ? `import { Part${at - 1} } from './part${at - 1}'\n` : ''}
interface Props {
  rows: { id: string; title: string; note?: string }[]
  onOpen: (id: string) => void
}

export function Part${at}({ rows, onOpen }: Props) {
  const [filter, setFilter] = useState('')
  const shown = useMemo(() => rows.filter((row) => row.title.includes(filter)), [rows, filter])
  return (
    <section aria-label="r${i} part ${at}">
      <input value={filter} onChange={(event) => setFilter(event.target.value)} />
${Array.from({ length: 30 }, (_, n) => `      <div className="row row-${n}">\n        {shown.slice(${n * 10}, ${n * 10 + 10}).map((row) => (\n          <button key={row.id} onClick={() => onOpen(row.id)}>{row.title}</button>\n        ))}\n      </div>\n`).join('')}${at > 0 ? `      <Part${at - 1} rows={rows} onOpen={onOpen} />\n` : ''}    </section>
  )
}
`

/** Least squares through points of lines and seconds. */
function lineThrough(points) {
  const mean = (key) => points.reduce((sum, one) => sum + one[key], 0) / points.length
  const [x, y] = [mean('lines'), mean('cpu')]
  const slope =
    points.reduce((sum, one) => sum + (one.lines - x) * (one.cpu - y), 0) /
    points.reduce((sum, one) => sum + (one.lines - x) ** 2, 0)
  const start = y - slope * x
  const left = points.reduce((sum, one) => sum + (one.cpu - start - slope * one.lines) ** 2, 0)
  const whole = points.reduce((sum, one) => sum + (one.cpu - y) ** 2, 0)
  return { slope, start, r2: 1 - left / whole }
}

try {
  console.log(METHOD)
  console.log(
    `Node.js ${process.version}, ${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GB, ${process.platform}.\n`,
  )
  if (values.tree) {
    const copy = join(base, 'tree')
    cpSync(values.tree, copy, { recursive: true, filter: (path) => !/[/\\](node_modules|\.git)$/.test(path) })
    console.log('## A public application\n')
    const { findings } = review(copy)
    const first = JSON.parse(
      spawnSync(process.execPath, [tool, 'understand', copy, '--no-cache', '--format', 'json'], {
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
      }).stdout,
    )
    const used = first.map.queries.find(({ location }) => /\.tsx?$/.test(location.file))
    inThree(copy, used.location.file)
    console.log(`${findings} findings.\n`)
    rmSync(copy, { recursive: true })
  }
  const points = []
  for (const wanted of values.sizes.split(',').map(Number)) {
    const root = join(base, `generated-${wanted}`)
    const edited = generate(root, wanted)
    console.log(`## Generated, ${wanted} lines\n`)
    const cold = inThree(root, edited)
    points.push({ lines: cold.coverage.lines, cpu: cold.cpu, memory: cold.memory })
    rmSync(root, { recursive: true })
  }
  if (points.length > 1) {
    const { slope, start, r2 } = lineThrough(points)
    const [first, last] = [points[0], points.at(-1)]
    console.log('## Growth\n')
    console.log(
      `cpu = ${start.toFixed(2)} s + ${(slope * 100_000).toFixed(2)} s for 100,000 lines (R² ${r2.toFixed(4)}). ` +
        `${(last.lines / first.lines).toFixed(1)} times the lines: ${(last.cpu / first.cpu).toFixed(1)} times the cpu, ` +
        `${(last.memory / first.memory).toFixed(1)} times the memory.`,
    )
  }
} finally {
  rmSync(base, { recursive: true, force: true })
}
