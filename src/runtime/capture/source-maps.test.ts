import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { snap } from './snap.ts'
import { sourceMapper } from './source-maps.ts'

const SOURCE = `import { prisma } from '@/lib/prisma'

export async function GET() {
  return prisma.user.findMany({ take: 10 })
}
`

let root: string
let chunk: string

/** A map whose only token leads from line 1 of the chunk, column 40, to the `prisma` of line 4. */
function writeMap(source: string, sections = false): void {
  // Column 40, source 0, line 3, column 9, all from zero.
  const map = { version: 3, sources: [source], names: [], mappings: 'wCAGS' }
  writeFileSync(
    `${chunk}.map`,
    JSON.stringify(sections ? { version: 3, sections: [{ offset: { line: 0, column: 0 }, map }] } : map),
  )
}

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'capture maps '))
  mkdirSync(join(root, 'copy/src/app/[id]'), { recursive: true })
  mkdirSync(join(root, 'copy/.next/server/chunks'), { recursive: true })
  mkdirSync(join(root, 'copy/node_modules/next/src'), { recursive: true })
  writeFileSync(join(root, 'copy/src/app/[id]/route.ts'), SOURCE)
  writeFileSync(join(root, 'copy/node_modules/next/src/server.ts'), SOURCE)
  chunk = join(root, 'copy/.next/server/chunks/a.js')
  writeFileSync(chunk, 'x')
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** Of a fresh mapper, which has read no map yet. */
const locate = (line: number, column: number, file = chunk, inserts = {}) =>
  sourceMapper({ copy: join(root, 'copy'), project: join(root, 'theirs') }).locate(
    [[file, line, column]],
    'findMany',
    (name) => Object.entries<[number, number, number][]>(inserts).find(([one]) => one === name)?.[1] ?? [],
  )

const expected = { file: 'src/app/[id]/route.ts', line: 4, column: 22 }

describe('sourceMapper', () => {
  it.each([
    ['relative to the map, encoded', '../../../src/app/%5Bid%5D/route.ts'],
    ['relative to the map', '../../../src/app/[id]/route.ts'],
    ['of webpack', 'webpack://_N_E/./src/app/[id]/route.ts'],
    ['of webpack with a mark', 'webpack://_N_E/./src/app/[id]/route.ts?1a2b'],
    ['of webpack in a scoped package', 'webpack://@acme/web/../copy/src/app/[id]/route.ts'],
    ['of webpack outside of the app', 'webpack://_N_E/../copy/src/app/[id]/route.ts'],
    ['of Turbopack', 'turbopack:///[project]/copy/src/app/[id]/route.ts'],
  ])('reads a source %s', (_, source) => {
    writeMap(source)
    expect(locate(1, 50)).toEqual(expected)
    expect(locate(1, 50, pathToFileURL(chunk).href)).toEqual(expected)
  })

  it('reads a source by its URL in the folder of the user, and a map of sections', () => {
    writeMap(pathToFileURL(join(root, 'copy/src/app/[id]/route.ts')).href, true)
    expect(locate(1, 50)).toEqual(expected)
    writeMap(pathToFileURL(join(root, 'theirs/gone.ts')).href)
    expect(locate(1, 50)).toEqual({ file: 'gone.ts', line: 4, column: 10 })
  })

  it('takes out what the preload put into the line', () => {
    writeMap('../../../src/app/[id]/route.ts')
    expect(locate(1, 45)).toEqual(expected)
    // 60 characters were put in at column 10: the place was at column 25 before, left of the only token.
    expect(locate(1, 86, chunk, { [chunk]: [[1, 10, 60]] })).toBeUndefined()
    expect(locate(1, 106, chunk, { [chunk]: [[1, 10, 60]] })).toEqual(expected)
  })

  it('leaves out packages, files outside of the project, and places without a map', () => {
    writeMap('../../../node_modules/next/src/server.ts')
    expect(locate(1, 50)).toBeUndefined()
    writeMap('../../../../elsewhere/route.ts')
    expect(locate(1, 50)).toBeUndefined()
    rmSync(`${chunk}.map`)
    expect(locate(1, 50)).toBeUndefined()
  })

  it('takes frames of sources as they are', () => {
    expect(locate(4, 23, join(root, 'copy/src/app/[id]/route.ts'))).toEqual({ ...expected, column: 22 })
  })
})

describe('snap', () => {
  const place = (line: number, column: number) => ({ line, column })

  it('goes to the nearest call of the name', () => {
    const text = 'const a = db.user\n  .findMany({})\n\nconst b = db.user.findMany({})\n'
    expect(snap(text, place(1, 10), 'findMany')).toEqual(place(2, 3))
    expect(snap(text, place(4, 10), 'findMany')).toEqual(place(4, 18))
    expect(snap('db.$queryRaw`SELECT 1`', place(1, 12), '$queryRaw')).toEqual(place(1, 3))
    expect(snap("db['findMany']()", place(1, 0), 'findMany')).toEqual(place(1, 4))
  })

  it('stays where no call is near', () => {
    expect(snap('const findMany = 1\ncall()', place(2, 0), 'findMany')).toEqual(place(2, 0))
    expect(snap('db.findManyBy()', place(1, 0), 'findMany')).toEqual(place(1, 0))
    expect(snap(`x\n${' '.repeat(300)}db.findMany()`, place(1, 0), 'findMany')).toEqual(place(1, 0))
    expect(snap('x', place(9, 0), 'findMany')).toEqual(place(9, 0))
  })
})
