/** Questions of developers, asked about the example: the right section, for the right part of the project. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { projectOf } from '../../test/project.ts'
import { loadProject } from '../project/load.ts'
import { idOf, understandQuestion } from './guide.ts'
import { candidates, indexOf } from './retrieve.ts'
import { playbooks } from './shelf.ts'
import { subjectOf } from './subject.ts'

const root = join(import.meta.dirname, '../..')
const project = await loadProject(join(root, 'examples/workshop'), {})
const books = await playbooks()
const understand = (question: string) => understandQuestion(project, books, question)

const phrasing = z.object({ say: z.string(), want: z.array(z.string()) })
const phrasingsIn = (file: string) =>
  readFileSync(join(root, `fixtures/phrases/${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => phrasing.parse(JSON.parse(line)))
const phrasings = phrasingsIn('first')

describe('which section a question gets', () => {
  it('is of a topic that was wanted, in 95 of 100', () => {
    const asked = phrasings.filter(({ want }) => want.some((one) => one.startsWith('guide ')))
    expect(asked.length).toBeGreaterThan(60)
    const missed = asked.filter(({ say, want }) => {
      const [section] = understand(say).sections
      return !section || !want.includes(`guide ${section.topic}`)
    })
    expect(missed.length / asked.length, missed.map(({ say }) => say).join('\n')).toBeLessThan(0.05)
  })

  it.each(['sections', 'sections-held-out'])(
    'is answered or named in 90 of 100, and in at most 3 another is answered without it: %s',
    (file) => {
      const asked = phrasingsIn(file).filter(({ want }) => want.length > 0)
      const missed = asked.filter(({ say, want }) => {
        const { sections, near } = understand(say)
        return ![...sections, ...near].some((one) => want.includes(idOf(one)))
      })
      const wrong = missed.filter(({ say }) => understand(say).sections.length > 0)
      expect(asked.length).toBeGreaterThan(50)
      expect(missed.length / asked.length, missed.map(({ say }) => say).join('\n')).toBeLessThan(0.1)
      expect(wrong.length / asked.length, wrong.map(({ say }) => say).join('\n')).toBeLessThan(0.03)
    },
  )

  it.each([
    ['we deploy to vercel and are out of postgres connections twice a day', 'connection-pooling/pool-size'],
    ['two colleagues settle one invoice in the same second', 'transactions/isolation-level'],
    ['include vs select in prisma', 'queries/select-or-include'],
    ['may the client see error.message', 'errors-and-logging/error-body'],
    ['row level permissions in prisma', 'authorization/row-level-security'],
    ['look whether the row is there, then create it: duplicates', 'transactions/find-then-create'],
    ['which user calls my server action', 'authentication/current-user'],
    ['our business logic is in the handlers, where else', 'api-design/business-logic'],
    ['our list has n+1, what now', 'queries/n-plus-one'],
    ['monorepo: web and worker need one schema', 'migrations/shared-package'],
    ['a database for every customer, or one column', 'authorization/tenants-apart'],
    ['pivot table in prisma', 'schema-design/many-to-many'],
  ])('is what is asked most: %s', (question, section) => {
    expect(understand(question).sections.map(idOf)).toEqual([section])
  })

  it('is not of GraphQL where there is none, unless it is named', () => {
    const topics = (question: string) => {
      const { sections, near } = understand(question)
      return [...sections, ...near].map(({ topic }) => topic)
    }
    expect(topics('how do other people do row level permissions with prisma')).not.toContain('graphql')
    expect(topics('permissions of fields in resolvers')).toContain('graphql')
  })

  it('is none where nothing is near, and the least far are named', () => {
    for (const question of [
      'nextjs or remix for a new startup?',
      'why is my tailwind not loading',
      'whats the weather in lyon',
    ])
      expect(understand(question).sections, question).toEqual([])
    expect(understand('explain monads').near.length).toBeGreaterThan(0)
  })

  it('is the same every time', () => {
    const index = indexOf(books)
    const ids = () =>
      candidates(index, 'how do i stop two requests from taking the last seat').map(({ section }) =>
        idOf(section),
      )
    expect(ids()).toEqual(ids())
  })

  it('is all of a topic that is named, or the section that is named', () => {
    expect(understand('caching').whole?.topic).toBe('caching')
    expect(understand('caching').sections.length).toBeGreaterThan(3)
    expect(understand('caching/invalidation').sections.map(idOf)).toEqual(['caching/invalidation'])
  })
})

describe('what a question is about', () => {
  it('is who belongs to a team, where their model is named in two words', async () => {
    const clubs = await projectOf({
      'prisma/schema.prisma': `datasource db {
        provider = "postgresql"
      }
      model User {
        id String @id
        memberships ClubMember[]
      }
      model Club {
        id String @id
        members ClubMember[]
      }
      model ClubMember {
        id String @id
        clubId String
        userId String
        createdAt DateTime @default(now())
        club Club @relation(fields: [clubId], references: [id])
        user User @relation(fields: [userId], references: [id])
        @@unique([clubId, userId])
      }`,
    })
    const named = (question: string) => subjectOf(clubs, question, new Set()).subject.entity?.name
    expect(named('how do I page the list of club members?')).toBe('ClubMember')
    expect(named('may members see each other?')).toBeUndefined()
  })

  const subject = (question: string) => subjectOf(project, question, new Set()).subject

  it('is an endpoint, by its path or the one that is nearest to it', () => {
    expect(subject('paginate /api/v1/work-orders')).toMatchObject({
      endpoint: { id: 'GET /api/v1/work-orders' },
      path: { exact: true },
    })
    expect(subject('paginate /api/invoices')).toMatchObject({
      endpoint: { id: 'GET /api/orgs/[orgId]/invoices' },
      entity: { name: 'Invoice' },
      path: { asked: '/api/invoices', exact: false },
    })
    expect(subject('tests for POST /api/orgs/{orgId}/invoices')).toMatchObject({
      endpoint: { method: 'POST' },
    })
    expect(subject('paginate /api/boats').endpoint).toBeUndefined()
  })

  it.each([
    ['a model, as it is spoken', 'two people edit the same work order', 'WorkOrder'],
    ['the longer of two names', 'sum invoice lines', 'InvoiceLine'],
    ['the one that is named first', 'a comment of a work order', 'Comment'],
    ['nobody where users are only mentioned', 'ten users at once', undefined],
    ['not the one who asks, at the beginning', 'User requests an invoice of somebody else', 'Invoice'],
    ['the user where it is written as in the schema', 'soft delete on User', 'User'],
  ])('is %s', (_, question, name) => {
    expect(subject(question).entity?.name).toBe(name)
  })

  it('is an endpoint, by its file; words of files and paths stay words', () => {
    expect(subject('is src/app/api/v1/work-orders/route.ts all right').endpoint?.path).toBe(
      '/api/v1/work-orders',
    )
    expect(subject('is route.ts all right').endpoint).toBeUndefined()
    expect(subjectOf(project, 'a hash in src/lib/auth.ts', new Set()).rest).toBe('a hash in  auth ')
    const keep = new Set(['webhook'])
    expect(subjectOf(project, 'who calls /api/webhooks/stripe', keep).rest.trim()).toBe('who calls  webhooks')
  })

  it('is a column, and the models that are named besides', () => {
    expect(subject('make Customer.email required').field).toBe('email')
    expect(subject('a comment on a work order or an invoice').also?.map(({ name }) => name)).toEqual([
      'WorkOrder',
      'Invoice',
    ])
  })

  it('is taken out of the words, but for those that are words of questions', () => {
    const keep = new Set(['key'])
    expect(subjectOf(project, 'is a hashed ApiKey better', keep).rest.trim()).toBe('is a hashed key better')
  })
})
