/** Whole answers, as somebody reads them. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encode } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import type { GuidedSection } from '../src/core/guidance.ts'
import type { Report } from '../src/core/report.ts'
import { guide } from '../src/operations/guide.ts'
import { agent } from '../src/report/agent.ts'
import { html } from '../src/report/html.ts'
import { markdown } from '../src/report/markdown.ts'
import { text } from '../src/report/text.ts'

const root = join(import.meta.dirname, '..')

const ask = (question: string, folder = 'examples/workshop'): Promise<Report> =>
  guide.run({ question }, { root: join(root, folder), workFolder: join(tmpdir(), 'guide') })

async function answer(
  question: string,
  folder?: string,
): Promise<GuidedSection & { headline: string; code: string }> {
  const { guidance, headline } = await ask(question, folder)
  const [section] = guidance?.sections ?? []
  if (!section) throw new Error(`No answer: ${headline}`)
  return { ...section, headline, code: section.samples.map((one) => one.text).join('\n') }
}

const facts = ({ here }: GuidedSection): string[] =>
  here.map(({ text: said, at }) => `${at ? `${at.file}:${at.line} ` : ''}${said}`)

/** What stands for something that the example has under another name. */
const CANONICAL = /\bOrder\b|\borders?\b(?!By)|[a-z]Orders?\b|\/api\/orders|requireUser|\bPLACED\b|\bMEMBER\b/

const questions: [question: string, section: string, ...code: string[]][] = [
  [
    'how should I paginate /api/invoices?',
    'api-design/pagination',
    'invoicesPage(orgId',
    'prisma.invoice.findMany',
    'model Invoice {',
  ],
  ['idempotency key for invoices, how', 'api-design/idempotency', 'createInvoiceOnce', 'tx.invoice.create'],
  [
    'invoice number must be gapless',
    'transactions/gapless-numbers',
    'InvoiceCounter',
    'tx.invoiceCounter.upsert',
  ],
  [
    'two people edit the same work order, last one wins',
    'transactions/lost-update',
    'editWorkOrder',
    'prisma.workOrder.updateMany',
    'title,',
  ],
  ['soft delete on customers?', 'schema-design/soft-delete', 'customer: {', '"Customer"'],
  ['enum or string for Invoice.status', 'schema-design/status-columns', 'InvoiceStatus.SENT', 'moveInvoice'],
  ['sum invoice lines per invoice', 'queries/aggregation', '"InvoiceLine" l', 'l."invoiceId"'],
  ['how to invalidate the cached list of invoices', 'caching/invalidation', 'requireSession()', '`invoices:'],
  ['what do roles per organisation look like', 'authorization/roles', 'Role.TECHNICIAN', "'invoice.cancel'"],
  [
    'the same stripe event arrives twice',
    'webhooks/duplicate-events',
    'prisma.webhookEvent.create',
    "status: 'SENT'",
  ],
]

describe('an answer about the example', () => {
  it.each(questions)('%s', async (question, id, ...code) => {
    const found = await answer(question)
    expect(found.id).toBe(id)
    for (const part of code) expect(found.code).toContain(part)
    const prose =
      [...found.answer, ...found.why, ...found.unless, ...found.remarks].join('\n').match(/`[^`]+`/g) ?? []
    expect(
      [...found.code.split('\n'), ...prose].filter(
        (line) => CANONICAL.test(line.replace(/[wW]ork-?[oO]rder/g, '')) && !/ORDER BY|orderBy/.test(line),
      ),
    ).toEqual([])
    expect(
      found.samples.flatMap(({ file }) =>
        file !== undefined && /order/.test(file.replace('work-order', '')) ? [file] : [],
      ),
    ).toEqual([])
  })

  it('says what is there: the list, its line, and the index that is missing', async () => {
    const found = await answer('how should I paginate /api/invoices?')
    expect(found.headline).toBe('Pagination, for GET /api/orgs/[orgId]/invoices (nearest to /api/invoices).')
    expect(facts(found).join('\n')).toMatch(
      /src\/app\/api\/orgs\/\[orgId\]\/invoices\/route\.ts:9 `Invoice\.findMany` has no `take`/,
    )
    expect(facts(found).join('\n')).toContain('`@@index([orgId, createdAt, id])` in its place')
  })

  it('says which columns the code does not set, and where a name is ours', async () => {
    expect((await answer('invoice number must be gapless')).remarks).toContain(
      'An Invoice also needs `customerId`, `dueAt`.',
    )
    expect((await answer('which isolation level for decreasing stock')).remarks.join()).toContain(
      '`Product` (another model of yours)',
    )
  })

  it('is short for an agent, and whole for everybody else', async () => {
    for (const [question] of questions) {
      const report = await ask(question)
      expect(encode(agent(report)).length, question).toBeLessThanOrEqual(900)
      expect(agent(report)).not.toContain('more line')
      const [line = ''] = report.guidance?.sections[0]?.samples[0]?.text.split('\n') ?? []
      for (const shown of [text(report), markdown(report)]) expect(shown).toContain(line)
      expect(html(report)).toContain('<h4>Sources</h4>')
    }
  })
})

describe('an answer about other projects', () => {
  it('throws and answers as they do', async () => {
    const depot = await answer('what does DELETE return for items', 'fixtures/conventions/depot')
    expect(depot.code).toMatch(/new AppError\('\w+ not found', \{ status: 404, code: 'not_found' \}\)/)
    expect(depot.code).toContain('db.')
    expect(depot.code).not.toContain('HttpError')
    const clinic = await answer('what does DELETE return for patients', 'fixtures/conventions/clinic')
    expect(clinic.code).toContain("new ApiError('not_found', 'Patient not found', 404)")
    expect(clinic.code).toContain('prisma.patient.deleteMany')
  })

  it('imports in their way', async () => {
    const gallery = await answer(
      'two people edit the same album, last one wins',
      'fixtures/conventions/gallery',
    )
    expect(gallery.code).toContain('db.album.updateMany')
    expect(gallery.samples.find(({ language }) => language === 'ts')?.file).toBe('src/server/edit-album.ts')
    expect(gallery.code).toMatch(/import \{ db \} from '.+\/db'/)
  })
})

describe('without an answer', () => {
  it('lists what there is to ask', async () => {
    const { guidance } = await guide.run({}, { root, workFolder: tmpdir() })
    expect(guidance?.topics.length).toBe(19)
  })

  it('guesses nothing, and says so', async () => {
    const report = await ask('whats the weather in lyon')
    expect(report.headline).toContain('nothing was guessed')
    expect(report.guidance?.sections).toEqual([])
  })

  it('fills in a whole topic', async () => {
    const { guidance, headline } = await ask('caching')
    expect(headline).toBe('Caching, in workshop.')
    expect(guidance?.sections.length).toBeGreaterThan(3)
  })
})
