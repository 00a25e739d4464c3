import { describe, expect, it } from 'vitest'
import type { Fault } from '../src/core/fault.ts'
import type { Project } from '../src/project/project.ts'
import { falseAlarms, missed, readFaultDoc } from './fault.ts'

/** Finds one thing in `app/api/a/route.ts`, as sure as it is told to be. */
const finder = (certainty: 'likely' | 'possible'): Fault<Project> => ({
  id: 'queries/every-read',
  title: 'A read',
  severity: 'info',
  tags: ['types'],
  cwe: [],
  references: [],
  *find(project) {
    for (const run of project.runs)
      for (const event of run.events)
        if (event.k === 'access' && event.operation === 'findMany')
          yield {
            location: event.location,
            subject: run.label,
            certainty,
            found: `${run.label} reads.`,
            why: '',
            remedy: '',
            evidence: [{ kind: 'trace', steps: [{ location: event.location, note: 'reads here' }] }],
          }
  },
})

const page = (info: string, operation: string): string => `# A read

## Examples

\`\`\`prisma shared file=prisma/schema.prisma
model User {
  id String @id
}
\`\`\`

### A route

\`\`\`ts ${info} file=app/api/a/route.ts
import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export const GET = async () => Response.json(await prisma.user.${operation}())
\`\`\`
`
const fences = (info: string, operation = 'findMany') => {
  const doc = readFaultDoc(page(info, operation))
  expect(doc.mistakes).toEqual([])
  return [...doc.shared, ...(doc.examples[0]?.fences ?? [])]
}

describe('a bad example', () => {
  it('demands a likely finding', async () => {
    expect(await missed(finder('likely'), fences('bad'))).toBe('')
    expect(await missed(finder('possible'), fences('bad'))).toMatch(
      /^expected a finding in app\/api\/a\/route\.ts \(likely\), found only:\napp\/api\/a\/route\.ts:3 possible: GET \/api\/a reads\.\n/,
    )
  })

  it('demands one that is possible and not more, where it says so', async () => {
    expect(await missed(finder('possible'), fences('bad possible'))).toBe('')
    expect(await missed(finder('likely'), fences('bad possible'))).toContain('(possible), found only:')
    const both = {
      ...finder('likely'),
      find: (project: Project) => [...finder('likely').find(project), ...finder('possible').find(project)],
    }
    expect(await missed(both, fences('bad possible'))).toContain('(possible), found only:')
    expect(await missed(both, fences('bad'))).toBe('')
  })

  it('says what was read when nothing is found', async () => {
    const text = await missed(finder('likely'), fences('bad', 'count'))
    expect(text.split('\n')).toEqual([
      'expected a finding in app/api/a/route.ts (likely), found none',
      'read:',
      'GET /api/a  app/api/a/route.ts:3  guard none',
      '  access User.count  app/api/a/route.ts:3',
      '  response  app/api/a/route.ts:3',
      '  left  app/api/a/route.ts:3',
      '  end  app/api/a/route.ts:3',
    ])
  })
})

describe('a good example', () => {
  it('says what was found in it, with line and trace', async () => {
    expect(await falseAlarms(finder('likely'), fences('good', 'count'))).toBe('')
    expect((await falseAlarms(finder('possible'), fences('good'))).split('\n')).toEqual([
      'expected no finding',
      'app/api/a/route.ts:3 possible: GET /api/a reads.',
      '  app/api/a/route.ts:3 reads here',
    ])
  })
})

describe('a fence', () => {
  it.each(['good possible', 'bad likely', 'bad maybe'])('cannot be %s', (info) => {
    expect(readFaultDoc(page(info, 'findMany')).mistakes).toHaveLength(1)
  })
})
