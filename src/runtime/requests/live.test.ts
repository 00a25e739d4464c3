/** A small application that is built and run: what it answers to the calls that are made here. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorkplace, type Workplace } from '../../sandbox/workplace.ts'
import { type ActionApp, callAction, pagesOfAction } from './actions.ts'
import { readForms } from './forms.ts'
import { callProcedure } from './procedures.ts'
import { send } from './send.ts'

const root = join(import.meta.dirname, '../../..')
const folder = join(root, 'fixtures/.build/requests')
const next = join(root, 'node_modules/next/dist/bin/next')

const router = (transformer: string): string => `import { initTRPC, TRPCError } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import superjson from 'superjson'
const t = initTRPC.create(${transformer})
const echo = t.procedure.input((value) => value)
const appRouter = t.router({
  echo: t.router({
    read: echo.query(({ input }) => ({ input, kind: input?.when?.constructor?.name })),
    write: echo.mutation(({ input }) => ({ input, kind: input?.when?.constructor?.name })),
  }),
  closed: t.procedure.query(() => { throw new TRPCError({ code: 'UNAUTHORIZED' }) }),
})
const handler = (req) => fetchRequestHandler({ endpoint: '/api/ENDPOINT', req, router: appRouter, createContext: () => ({}) })
export { handler as GET, handler as POST }`

const files: Record<string, string> = {
  'package.json': '{ "name": "requests", "private": true }',
  'app/layout.jsx':
    'export default function Layout({ children }) { return <html><body>{children}</body></html> }',
  'app/things/[id]/page.jsx': `import { describe, fail, leave, send } from '../actions'
import Button from '../button'
export default async function Page({ params }) {
  await params
  return <form action={send}><Button actions={[describe, fail, leave]} /></form>
}`,
  'app/lists/[id]/page.jsx': `export default async function Page({ params }) {
  const { id } = await params
  return ['one', 'two'].map((item) => {
    async function rename(form) {
      'use server'
      globalThis.renamed = { id, item, title: form.get('title') }
    }
    return <form key={item} action={rename}><input name="title" defaultValue={\`"\${item}" & 'more'\`} /></form>
  })
}`,
  'app/bound/page.jsx': `import { bound } from '../things/actions'
import Button from '../things/button'
import Stateful from './stateful'
export const dynamic = 'force-dynamic'
export default function Page() {
  const make = (from) => async () => {
    'use server'
    return from
  }
  return <div>
    <form action={bound.bind(null, '$free')}>
      <select name="size"><option value="s">S</option><option value="m" selected>M</option></select>
      <button formAction={make('a button')}>Other</button>
    </form>
    <Button actions={[make('from a script')]} />
    <Stateful />
  </div>
}`,
  'app/bound/stateful.jsx': `'use client'
import { useActionState } from 'react'
import { bound } from '../things/actions'
export default function Stateful() {
  const [, submit] = useActionState(bound.bind(null, 'seven'), { n: 1 })
  return <form action={submit}><input name="title" /></form>
}`,
  'app/api/renamed/route.js': `export const dynamic = 'force-dynamic'
export const GET = () => Response.json(globalThis.renamed ?? null)`,
  'app/things/button.jsx': `'use client'
export default function Button({ actions }) { return <button onClick={() => actions[0]()}>go</button> }`,
  'app/things/actions.js': `'use server'
import { revalidatePath } from 'next/cache'
import { redirect } from 'next/navigation'
const kind = (value) => value === null || value === undefined ? String(value) : value.constructor.name
export async function describe(...values) {
  return { kinds: values.map(kind), first: values[0], file: await values[1]?.text?.(), at: new Date(0) }
}
export async function send(form) {
  revalidatePath('/things/1')
  return { title: form.get('title'), tags: form.getAll('tag'), size: form.get('file')?.size }
}
export async function fail() { throw new Error('on purpose') }
export async function bound(...values) { return values.length }
export async function leave() { redirect('/things/2') }`,
  'app/api/plain/[trpc]/route.js': router('').replace('ENDPOINT', 'plain'),
  'app/api/super/[trpc]/route.js': router('{ transformer: superjson }').replace('ENDPOINT', 'super'),
}

let workplace: Workplace
let app: ActionApp
const base = mkdtempSync(join(tmpdir(), 'requests-'))

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || !address) throw new Error('no port')
  return address.port
}

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  const env = { PATH: process.env.PATH ?? '', NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' } as const
  await promisify(execFile)(process.execPath, [next, 'build'], { cwd: folder, env })
  workplace = await openWorkplace(base)
  const port = await freePort()
  const options = { cwd: folder, env, stdio: 'ignore' } as const
  workplace.start(process.execPath, [next, 'start', '-H', '127.0.0.1', '-p', String(port)], options)
  app = {
    origin: `http://127.0.0.1:${port}`,
    mode: 'build',
    staged: { folder, root: folder, top: root, workplace },
  }
  const up = () => send(app.origin, { method: 'GET', path: '/things/1' }).catch(() => undefined)
  while ((await up()) === undefined) await new Promise((resolve) => setTimeout(resolve, 100))
}, 120_000)

afterAll(async () => {
  await workplace?.close()
  rmSync(base, { recursive: true, force: true })
})

const file = 'app/things/actions.js'

describe('callAction', () => {
  it('knows where an action can be posted to', async () => {
    expect(await pagesOfAction(app, { file, name: 'describe' })).toEqual(['/bound', '/things/[id]'])
    await expect(callAction(app, { file, name: 'nothing' }, [])).rejects.toThrow(/no server action nothing/)
  })

  it('passes arguments of every kind, and reads the result', async () => {
    const values = [
      'text',
      new File(['content'], 'a.txt'),
      new Date(0),
      new Map([[1, 2]]),
      undefined,
      5n,
      [null],
    ]
    const answer = await callAction(app, { file, name: 'describe', page: '/things/7' }, values)
    expect(answer.status).toBe(200)
    expect(answer.result).toEqual({
      kinds: ['String', 'File', 'Date', 'Map', 'undefined', 'BigInt', 'Array'],
      first: 'text',
      file: 'content',
      at: new Date(0),
    })
    const nothing = await callAction(app, { file, name: 'describe' }, [])
    expect(nothing.result).toMatchObject({ kinds: [] })
  })

  it('sends a form, also where the answer holds the page again', async () => {
    const form = new FormData()
    form.append('title', 'One')
    form.append('tag', 'a')
    form.append('tag', 'b')
    form.append('file', new File(['12345'], 'b.bin'))
    const answer = await callAction(app, { file, name: 'send', page: '/things/1' }, [form])
    expect(answer.result).toEqual({ title: 'One', tags: ['a', 'b'], size: 5 })
    expect(answer.request.path).toBe('/things/1')
  })

  it('says what React cannot send, and goes on', async () => {
    await expect(callAction(app, { file, name: 'describe' }, [Symbol('no')])).rejects.toThrow()
    const answer = await callAction(app, { file, name: 'describe' }, [1])
    expect(answer.result).toMatchObject({ kinds: ['Number'] })
  })

  it('tells what an action threw, a redirect, and a refusal by origin', async () => {
    const failed = await callAction(app, { file, name: 'fail' }, [])
    expect(failed.status).toBe(500)
    expect(failed.thrown).toMatch(/^\d+$/)
    const left = await callAction(app, { file, name: 'leave' }, [])
    expect(left.result).toBeUndefined()
    expect(left.headers['x-action-redirect']).toMatch(/^\/things\/2/)
    const foreign = await callAction(app, { file, name: 'describe' }, [], { origin: 'http://evil.example' })
    expect(foreign.status).toBe(500)
    expect(foreign.result).toBeUndefined()
  })
})

describe('readForms', () => {
  const inside = { file: 'app/lists/[id]/page.jsx', name: 'rename', inline: { at: 0, of: 1 } }
  const page = '/lists/7'

  it('gives what a function inside of a component closes over, for a call of it', async () => {
    const { forms } = await readForms(app, page, inside)
    expect(forms.map(({ fields }) => fields)).toEqual([
      [{ name: 'title', value: `"one" & 'more'`, type: 'text' }],
      [{ name: 'title', value: `"two" & 'more'`, type: 'text' }],
    ])
    const [, second] = forms
    expect(second?.bound).toEqual([{ value: expect.stringMatching(/^[\w+/]{40,}=*$/), sealed: true }])
    const title = new FormData()
    title.append('title', 'New')
    const sealed = second?.bound.map(({ value }) => value) ?? []
    const answer = await callAction(app, { ...inside, page }, [...sealed, title])
    expect(answer.status).toBe(200)
    expect(answer.thrown).toBeUndefined()
    const renamed = await send(app.origin, { method: 'GET', path: '/api/renamed' })
    expect(JSON.parse(renamed.body)).toEqual({ id: '7', item: 'two', title: 'New' })
    expect((await readForms(app, '/things/1', inside)).forms).toEqual([])
  })

  it('cannot make up what is encrypted, nor use it for another action', async () => {
    const made = await callAction(app, { ...inside, page }, ['c2VhbGVk', new FormData()])
    expect(made.thrown).toBeDefined()
    const bound = { file, name: 'bound' }
    const [other] = (await readForms(app, page, inside)).forms
    const taken = await callAction(
      app,
      { file: 'app/bound/page.jsx', name: 'inline', inline: { at: 0, of: 1 } },
      [other?.bound[0]?.value],
    )
    expect(taken.thrown).toBeDefined()
    expect((await readForms(app, '/bound', bound)).forms.map((one) => one.bound)).toEqual([
      [{ value: '$free', sealed: false }],
      [
        { value: 'seven', sealed: false },
        { value: { n: 1 }, sealed: false },
      ],
    ])
  })

  it('finds what a page hands to scripts, and buttons with an action of their own', async () => {
    const inline = { file: 'app/bound/page.jsx', name: 'inline', inline: { at: 0, of: 1 } }
    const { forms } = await readForms(app, '/bound', inline)
    expect(forms.map((one) => [one.bound.map(({ sealed }) => sealed), one.fields])).toEqual([
      [[true], [{ name: 'size', value: 'm', type: 'select' }]],
      [[true], undefined],
    ])
    const answer = await callAction(
      app,
      { ...inline, page: '/bound' },
      (forms[1]?.bound ?? []).map(({ value }) => value),
    )
    expect(answer.result).toBe('from a script')
  })
})

describe('callProcedure', () => {
  const when = new Date('2026-01-02T03:04:05.000Z')

  it.each(['query', 'mutation'] as const)('calls a %s, with and without superjson', async (type) => {
    const path = type === 'query' ? 'echo.read' : 'echo.write'
    const plain = await callProcedure(app.origin, { path, type, mount: '/api/plain' }, { when, a: 1 })
    expect(plain.result).toEqual({ input: { when: when.toISOString(), a: 1 }, kind: 'String' })
    const other = { path, type, mount: '/api/super', transformer: 'superjson' } as const
    const rich = await callProcedure(app.origin, other, { when, 'a.b': [1n], none: undefined })
    expect(rich.result).toMatchObject({ kind: 'Date', input: { when: when.toISOString(), 'a.b': ['1'] } })
    expect((await callProcedure(app.origin, other, when)).result).toMatchObject({ input: when.toISOString() })
    expect((await callProcedure(app.origin, other, undefined)).status).toBe(200)
  })

  it('reads the code of a refusal', async () => {
    for (const mount of ['/api/plain', '/api/super']) {
      const answer = await callProcedure(app.origin, { path: 'closed', type: 'query', mount }, undefined)
      expect(answer).toMatchObject({ status: 401, code: 'UNAUTHORIZED' })
    }
  })
})
