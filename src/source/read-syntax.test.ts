import { describe, expect, it } from 'vitest'
import { readSyntax } from './read-syntax.ts'
import { placeOf } from './syntax.ts'

describe('readSyntax', () => {
  it('binds names through scopes and keeps import origins', () => {
    const syntax = readSyntax(
      'a.ts',
      `import { db as prisma } from './db'\nexport const GET = wrap(async (req) => prisma.user.findMany())\n`,
    )
    const prisma = syntax.bindings.find((binding) => binding.name === 'prisma')
    expect(prisma).toMatchObject({ k: 'import', from: './db', imported: 'db' })
    expect(syntax.exports.map((entry) => entry.name)).toEqual(['GET'])
    expect(syntax.functions[0]).toMatchObject({ isAsync: true })
  })

  it('reads directives, re-exports and aliases', () => {
    const syntax = readSyntax(
      'a.ts',
      `'use server'\nexport { PATCH } from './b'\nexport * from './c'\nconst a = 1\nexport { a as PUT }\n`,
    )
    expect(syntax.directive).toBe('server')
    expect(syntax.stars).toEqual(['./c'])
    expect(syntax.exports.map((entry) => [entry.name, entry.from])).toEqual([
      ['PATCH', './b'],
      ['PUT', undefined],
    ])
  })

  it('lists syntax errors with their line and does not throw', () => {
    const syntax = readSyntax('a.ts', 'const a = 1\nconst = \n')
    expect(syntax.errors[0]?.line).toBe(2)
  })

  it('gives 1-based places', () => {
    const syntax = readSyntax('a.ts', 'const a = 1\n  call()\n')
    expect(placeOf(syntax, 14)).toEqual({ file: 'a.ts', line: 2, column: 3 })
  })
})
