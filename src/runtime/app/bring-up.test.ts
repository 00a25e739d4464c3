import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { openWorkplace, type Workplace } from '../../sandbox/workplace.ts'
import { bringUp, type RunningApp } from './bring-up.ts'
import { stageApp } from './stage.ts'

/** Below the repository: its own packages are the ones that this application has installed. */
const base = join(import.meta.dirname, '../../../fixtures/.build', `bring-up-${process.pid}`)
const databaseUrl = 'postgresql://nobody@127.0.0.1:1/none'
let workplace: Workplace
let app: RunningApp

const files: Record<string, string> = {
  'package.json': '{"name":"tiny","private":true,"dependencies":{"next":"16.4.5"}}',
  '.env': 'SESSION_SECRET=planted-secret\nONLY_IN_FILE=planted-secret',
  '.env.example': 'SESSION_SECRET=\nCOLOUR=blue',
  'next.config.ts': `
    import { name } from './config/name'
    export default () => ({ output: 'standalone', distDir: 'elsewhere', env: { TINY_NAME: name } })`,
  'config/name.ts': "export const name: string = 'tiny'",
  'tsconfig.json': '{"compilerOptions":{"jsx":"react-jsx","strict":true,"plugins":[{"name":"next"}]}}',
  'app/layout.tsx': `
    import { Geist } from 'next/font/google'
    const font = Geist({ subsets: ['latin'] })
    export default ({ children }: { children: React.ReactNode }) =>
      <html lang="en"><body className={font.className}>{children}</body></html>`,
  'app/page.tsx': "const wrong: number = 'a type error'\nexport default () => <p>{wrong}</p>",
  'app/bad/page.tsx': `
    export default async () => <p>{await fetch('https://cms.acme.example/').then((answer) => answer.text())}</p>`,
  'app/api/env/route.ts': `
    import { connection } from 'next/server'
    export async function GET() {
      await connection()
      const { SESSION_SECRET, COLOUR } = process.env
      return Response.json({ ...process.env, SESSION_SECRET, COLOUR, name: process.env.TINY_NAME })
    }`,
  // Like one that puts the language in front of every path, and does not mind whether it is there.
  'proxy.ts': `
    import { NextResponse } from 'next/server'
    export function proxy({ nextUrl }) {
      const url = nextUrl.clone()
      url.pathname = '/en' + url.pathname
      return NextResponse.rewrite(url)
    }
    export const config = { matcher: '/((?!api|bad|_next/static).+)' }`,
  'app/en/about/page.tsx': 'export default () => <p>about</p>',
  'app/api/read/route.ts': `
    import { readFile } from 'node:fs/promises'
    export async function POST(request: Request) {
      return new Response(await readFile(/* turbopackIgnore: true */ await request.text(), 'utf8').catch((error) => error.code))
    }`,
  'app/api/out/route.ts': `
    export async function POST(request: Request) {
      const url = await request.text()
      const refused = await fetch(url).then((answer) => answer.status, (error) => error.cause.code)
      const mail = await fetch('https://api.resend.com/emails', { method: 'POST', body: 'hello' })
      return Response.json({ refused, mail: mail.status })
    }`,
}

function write(name: string, content: Record<string, string>) {
  const root = join(base, name)
  for (const [file, text] of Object.entries(content)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return { root, app: '.', members: ['.'] }
}

beforeAll(async () => {
  workplace = await openWorkplace(join(base, 'work'))
  const staged = await stageApp(write('tiny', files), workplace)
  app = await bringUp(staged, {
    mode: 'build',
    databaseUrl,
    env: { GIVEN: 'by the caller' },
    parent: { PATH: process.env.PATH, PARENT_SECRET: 'planted-secret' },
  })
}, 240_000)

afterAll(async () => {
  await workplace.close()
  rmSync(base, { recursive: true })
})

const json = async (path: string, init?: RequestInit): Promise<unknown> =>
  (await fetch(app.origin + path, init)).json()

it('starts with a made-up environment, and nothing of the user', async () => {
  const seen = z.record(z.string(), z.string()).parse(await json('/api/env'))
  expect(seen).toMatchObject({
    COLOUR: 'blue',
    GIVEN: 'by the caller',
    DATABASE_URL: databaseUrl,
    name: 'tiny',
  })
  expect(seen.SESSION_SECRET).toBe(app.env.SESSION_SECRET)
  expect(seen.SESSION_SECRET).toMatch(/^[0-9a-f]{64}$/)
  expect(JSON.stringify(seen)).not.toContain('planted-secret')
  expect(seen.HOME).toContain(workplace.folder)
  const logs = join(workplace.folder, 'copy-1-logs')
  for (const log of readdirSync(logs, { withFileTypes: true }).filter((one) => one.isFile()))
    expect(readFileSync(join(logs, log.name), 'utf8')).not.toContain('planted-secret')
})

it('goes on over a type error, a font and a page that cannot be rendered without the world', async () => {
  expect((await fetch(app.origin)).status).toBe(200)
  expect((await fetch(`${app.origin}/bad`)).status).toBe(500)
  expect(app.notes.join(' ')).toMatch(/rendered when they are asked for.*Not in the copy: \.env\./)
})

it('stays with itself when a proxy rewrites every path', async () => {
  const answer = await fetch(`${app.origin}/about`, { signal: AbortSignal.timeout(5000) })
  expect(await answer.text()).toContain('about')
})

it('tells whether files outside of the copy were hidden', async () => {
  const body = join(base, 'tiny/.env')
  const read = await (await fetch(`${app.origin}/api/read`, { method: 'POST', body })).text()
  expect(read).toBe(app.containment.kind === 'namespaces' ? 'ENOENT' : files['.env'])
})

it('refuses the world and tells what was tried', async () => {
  const before = app.egress().length
  const answer = await json('/api/out', { method: 'POST', body: 'http://169.254.169.254/canary-1' })
  expect(answer).toEqual({ refused: 'ECONNREFUSED', mail: 200 })
  expect(app.egress().slice(before)).toMatchObject([
    { kind: 'connect', host: '169.254.169.254', port: 80 },
    { kind: 'request', url: 'https://api.resend.com/emails', body: 'hello' },
  ])
})

it('restarts on the same address, leaves the project alone, and ends', async () => {
  await app.restart()
  expect((await fetch(app.origin)).status).toBe(200)
  expect(await app.staged.verifyUntouched()).toEqual([])
  await app.stop()
  await expect(fetch(app.origin)).rejects.toThrow()
})

it('says at which step, why and what would help', async () => {
  const broken = { ...files, 'app/page.tsx': "import '@acme/not-there'\nexport default () => null" }
  const staged = await stageApp(write('broken', broken), workplace)
  await expect(bringUp(staged, { mode: 'build', databaseUrl })).rejects.toMatchObject({
    step: 'build',
    reason: 'The module `@acme/not-there` is not there.',
    remedy: expect.stringContaining('Install the packages'),
    log: expect.stringContaining('@acme/not-there'),
  })
}, 180_000)
