import { describe, expect, test } from 'vitest'
import { projectOf } from '../../../test/project.ts'

async function values(topic: string, files: Record<string, string>): Promise<string[]> {
  const { map } = await projectOf(files)
  return map.conventions.filter((one) => one.topic === topic).map(({ value }) => value)
}

const handler = (imports: string, body = 'return new Response()'): string =>
  `${imports}\nexport async function GET() { ${body} }\n`

describe('session accessors', () => {
  test('are the functions that hand on what a package read, the most imported first', async () => {
    const found = await values('session accessor', {
      'lib/session.ts': `import { getServerSession } from 'next-auth'
import { cache } from 'react'
export const currentSession = cache(async () => getServerSession({}))
export async function demandUser() {
  const session = await currentSession()
  if (!session) throw new Error('401')
  return session.user
}
export async function greet() {
  const session = await currentSession()
  return 'Hello'
}
export async function unused() { return getServerSession({}) }`,
      'lib/index.ts': "export * from './session'",
      'lib/guard.ts': `import { demandUser } from '.'
export const admin = async () => (await demandUser()).admin
export const owner = async () => admin()`,
      'lib/page.ts': "import { owner } from './guard'",
      'app/api/a/route.ts': handler("import { demandUser } from '../../../lib'"),
      'app/api/b/route.ts': handler("import { demandUser, greet } from '../../../lib/session'"),
      'app/api/c/route.ts': handler("import { currentSession } from '../../../lib/session'"),
      'app/api/c/route.test.ts': handler("import { currentSession } from '../../../lib/session'"),
    })
    expect(found).toEqual([
      'demandUser from lib/session.ts (imported 3 times)',
      'currentSession from lib/session.ts (imported once)',
      'owner from lib/guard.ts (imported once)',
    ])
  })

  test.each([
    [
      'one that only rejects',
      "import { jwtVerify } from 'jose'",
      'if (!(await jwtVerify(t, k))) throw new Error()',
      true,
    ],
    ['one that only notes', "import { jwtVerify } from 'jose'", 'console.log(await jwtVerify(t, k))', false],
    ['jsonwebtoken', "import jwt from 'jsonwebtoken'", 'return jwt.verify(t, k)', true],
    [
      'a client of supabase that the project makes',
      "import { createServerClient } from '@supabase/ssr'\nconst make = () => createServerClient(t, k)",
      'const client = make()\n  const { data } = await client.auth.getUser()\n  return data.user',
      true,
    ],
    ['a function of the same name', "import { getUser } from './users'", 'return getUser(t)', false],
    ['the client of next-auth', "import { getSession } from 'next-auth/react'", 'return getSession()', false],
  ])('%s', async (_, imports, body, accepted) => {
    const found = await values('session accessor', {
      'lib/who.ts': `${imports}\nexport async function who(t, k) {\n  ${body}\n}`,
      'lib/users.ts': 'export const getUser = (id) => ({ id })',
      'app/api/a/route.ts': handler("import { who } from '../../../lib/who'"),
    })
    expect(found).toEqual(accepted ? ['who from lib/who.ts (imported once)'] : [])
  })

  test('are what the package made, or its own functions, where they are called directly', async () => {
    const call = (name: string, imports: string) =>
      Object.fromEntries(
        ['a', 'b', 'c'].map((one) => [
          `app/api/${name}-${one}/route.ts`,
          handler(imports, `await ${name}()`),
        ]),
      )
    const found = await values('session accessor', {
      'auth.ts': "import NextAuth from 'next-auth'\nexport const { auth, handlers } = NextAuth({})",
      ...call('auth', "import { auth } from '../../../auth'"),
      ...call('currentUser', "import { currentUser } from '@clerk/nextjs/server'"),
      'app/api/once/route.ts': handler(
        "import { getIronSession } from 'iron-session'",
        'await getIronSession()',
      ),
    })
    expect(found.sort()).toEqual([
      'auth from auth.ts (called in 3 files)',
      'currentUser of @clerk/nextjs (called in 3 files)',
    ])
  })
})

const http = `import { NextResponse } from 'next/server'
export const ok = (data, init) => NextResponse.json({ ok: true, data }, init)
export function fail(status, code) { return NextResponse.json({ ok: false, error: { code } }, { status }) }
export const missing = () => new Response(null, { status: 404 })
export const isError = (error) => error instanceof Error
export const errorText = (error) => String(error)
const answer = (status) => NextResponse.json({ ok: false, error: { status } }, { status })
export const errorResponse = (error) => answer(500)
export const unusedError = () => new Response(null, { status: 500 })`

test('error helpers are what handlers import to answer with an error', async () => {
  const found = await values('error helper', {
    'lib/http.ts': http,
    'app/api/a/route.ts': handler(
      "import { ok, fail, missing, errorResponse, isError, errorText } from '../../../lib/http'",
    ),
    'app/api/b/route.ts': handler("import { ok, fail, errorResponse } from '../../../lib/http'"),
    'lib/other.ts': "import { unusedError } from './http'",
  })
  expect(found).toEqual([
    'fail from lib/http.ts (imported 2 times)',
    'errorResponse from lib/http.ts (imported 2 times)',
    'missing from lib/http.ts (imported once)',
  ])
})

describe('response envelopes', () => {
  test('of helpers count as often as these are imported', async () => {
    const found = await values('response envelope', {
      'lib/http.ts': http,
      'app/api/a/route.ts': handler("import { ok, fail } from '../../../lib/http'"),
      'app/api/b/route.ts': handler(
        "import { ok } from '../../../lib/http'",
        'return Response.json({ id: 1 })',
      ),
    })
    expect(found).toEqual(['{ ok, data } on success (2 of 3)', '{ ok, error } on failure (2 of 2)'])
  })

  test('are told apart by status and by what they say', async () => {
    const found = await values('response envelope', {
      'app/api/a/route.ts': handler(
        '',
        `if (a) return Response.json({ message: 'No', code: 1 }, { status: 404 })
  if (b) return Response.json({ message: 'No', code: 2 }, { status: 400 })
  if (c) return Response.json({ data: 1, next: null })
  return Response.json({ data: 2, next: null }, { status: 201 })`,
      ),
      'pages/api/b.ts':
        'export default function handler(req, res) { if (a) return res.status(403).json({ message, code }); res.json({ data, next }) }',
      'app/form.tsx': "'use client'\nexport const f = () => Response.json({ x: 1 })",
    })
    expect(found).toEqual(['{ data, next } on success (3 of 3)', '{ message, code } on failure (3 of 3)'])
  })

  test('where every endpoint has its own form there is none', async () => {
    const forms = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'i']
    const files = forms.map((key, index) => [
      `app/api/${index}/route.ts`,
      handler('', `return Response.json({ ${key} })`),
    ])
    expect(await values('response envelope', Object.fromEntries(files))).toEqual([])
  })
})
