import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Endpoint, EndpointKind } from '../src/core/map.ts'
import { loadProject } from '../src/project/load.ts'
import { type App, type Built, buildApp } from './build-app.ts'

const apps: App[] = [
  { from: 'examples/workshop', next: '.', prisma: '.' },
  { from: 'fixtures/apps/pages-and-actions', next: '.', prisma: '.' },
  { from: 'fixtures/apps/trpc-monorepo', next: 'apps/web', prisma: 'packages/db' },
  { from: 'fixtures/apps/actions-only', next: '.', prisma: '.' },
]

/** Groups, slots and interception marks do not show in a URL. */
const url = (path: string): string =>
  `/${path
    .split('/')
    .map((part) => part.replace(/^\(\.{1,3}\)+/, ''))
    .filter((part) => part !== '' && !/^(\(.*\)|@.*)$/.test(part))
    .join('/')}`
const sorted = (items: Iterable<string>): string[] => [...new Set(items)].sort()

describe.each(apps)('what Next.js built of $from', { timeout: 600_000 }, (app) => {
  let built: Built
  let endpoints: Endpoint[]
  const of = (kind: EndpointKind): Endpoint[] => endpoints.filter((one) => one.kind === kind)

  beforeAll(async () => {
    built = await buildApp(app)
    endpoints = (await loadProject(built.folder)).map.endpoints
  }, 600_000)
  afterAll(() => rmSync(built.folder, { recursive: true, force: true }))

  it('has the route handlers of the map, method by method', () => {
    const theirs = built.handlers.flatMap(({ path, methods }) => methods.map((one) => `${one} ${url(path)}`))
    expect(theirs.length + built.actions.length).toBeGreaterThan(0)
    expect(sorted(of('route').map((one) => `${one.method} ${one.path}`))).toEqual(sorted(theirs))
  })

  it('has the API routes and rendered pages of pages/', () => {
    const ours = [...of('pages-api'), ...of('pages-ssr')].map((one) => one.path)
    expect(sorted(ours)).toEqual(sorted(built.legacy))
  })

  it('has the server actions', () => {
    const inline = (name: string): boolean => name.startsWith('$$')
    const exported = built.actions.filter(({ name }) => !inline(name))
    const inside = built.actions.filter(({ name }) => inline(name)).map(({ file }) => file)
    const ours = of('action').map((one) => ({ file: one.location.file, name: one.path }))
    const named = ours.filter((one) => exported.some((other) => other.file === one.file))
    const rest = ours.filter((one) => !named.includes(one)).map((one) => one.file)
    const key = (one: { file: string; name: string }): string => `${one.file} ${one.name}`
    expect(sorted(named.map(key))).toEqual(sorted(exported.map(key)))
    expect(rest.sort()).toEqual(inside.sort())
  })

  it('has a page for each page of the map', () => {
    const theirs = new Set(built.pages.map(url))
    const pages = of('page').filter((one) => /\/page\.\w+$/.test(one.location.file))
    expect(pages.map((one) => one.path).filter((path) => !theirs.has(path))).toEqual([])
  })

  it('has the matchers of the proxy', () => {
    const ours = of('middleware').flatMap((one) => one.path.split(', '))
    expect(sorted(ours.filter((one) => one !== 'every path'))).toEqual(
      sorted(built.matchers.filter((one) => one !== '/:path*')),
    )
  })
})
