import { describe, expect, it } from 'vitest'
import { noColour } from './paint.ts'
import { table } from './table.ts'

const header = ['endpoint', 'guard', 'at']
const rows = [
  ['GET /api/orgs/[orgId]/customers', 'permission: requireSession, requireMember', 'src/customers.ts:11'],
  ['GET /api/health', 'none', 'src/app/api/health/route.ts:4'],
]
const drawn = (width: number): string[] => table(header, rows, { paint: noColour, width }).split('\n')

describe('a table', () => {
  it('has one line for each row where they fit', () => {
    expect(drawn(120)).toHaveLength(3)
  })

  it('wraps cells within their columns', () => {
    const lines = drawn(80)
    expect(lines.length).toBeGreaterThan(3)
    const [first = ''] = lines
    for (const line of lines) {
      expect(line.length).toBeLessThanOrEqual(80)
      // The gap in front of each column stays empty.
      for (const name of header.slice(1)) expect(line.padEnd(80).at(first.indexOf(name) - 1)).toBe(' ')
    }
    const at = lines.map((line) => line.slice(first.indexOf('at')))
    expect(at).toContain('src/customers.ts:11')
  })

  it('becomes paragraphs where columns would be too narrow to read', () => {
    expect(drawn(44)).toEqual([
      '  GET /api/orgs/[orgId]/customers',
      '      guard permission: requireSession,',
      '      requireMember',
      '      src/customers.ts:11',
      '  GET /api/health',
      '      guard none',
      '      src/app/api/health/route.ts:4',
    ])
  })

  it('holds a table of thousands of rows', () => {
    const many = Array.from({ length: 3_000 }, (_, index) => [`GET /api/things/${index}`, ...(rows[0] ?? [])])
    const long = table(['endpoint', 'a', 'guard', 'at'], many, { paint: noColour, width: 100 })
    expect(Math.max(...long.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })
})
