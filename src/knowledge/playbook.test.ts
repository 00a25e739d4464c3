import { describe, expect, it } from 'vitest'
import { faults } from '../faults/index.ts'
import { operations } from '../operations/index.ts'
import { recipes } from '../recipes/index.ts'
import { facts } from './here/index.ts'
import { parsePlaybook } from './playbook.ts'
import { playbooks } from './shelf.ts'

const page = (
  head: string,
  body = 'Do it.\n\n**Why.** It helps.\n\n**Sources.**\n- https://example.com\n',
): string => `# A topic\n\nA sentence.\n\n## How?\n<!--\n${head}\n-->\n\n${body}`
const head = 'id: how\nname: How\nasks: how to, in which way'

describe('a playbook', () => {
  it('is read: answer, why, samples, when not, sources', () => {
    const text =
      'Do it\nso.\n\n```ts file=src/lib/a.ts\nexport const a = 1\n```\n\n**Why.** It helps.\n\n- as a list\n- of two\n\n**Not when.** Never.\n\n**Sources.**\n- https://example.com (that\n  page)\n- ours\n'
    const [section] = parsePlaybook(
      'topic',
      page(`${head}\noperations: review: looks; fix --apply: writes`, text),
    ).sections
    expect(section).toMatchObject({
      topic: 'topic',
      id: 'how',
      question: 'How?',
      asks: ['how to', 'in which way'],
      operations: ['review: looks', 'fix --apply: writes'],
      answer: ['Do it so.'],
      why: ['It helps.', '- as a list\n- of two'],
      samples: [{ language: 'ts', file: 'src/lib/a.ts', text: 'export const a = 1\n' }],
      unless: ['Never.'],
      sources: ['https://example.com (that page)', 'ours'],
    })
  })

  it.each([
    ['a key that is unknown', page(`${head}\nhear: lists`), /hear/],
    ['no asks', page('id: how\nname: How'), /asks/],
    ['an id with spaces', page('id: how to\nname: How\nasks: a'), /id/],
    ['no comment', '# A topic\n\nA sentence.\n\n## How?\n\nDo it.\n', /comment/],
    ['no source', page(head, 'Do it.\n\n**Why.** It helps.\n'), /no sources/],
    ['no answer', page(head, '**Why.** It helps.\n\n**Sources.**\n- a\n'), /no answer/],
    ['a part of another name', page(head, 'Do it.\n\n**Because.** It helps.\n'), /no part "Because\."/],
    ['a sample without a file', page(head, '```ts\nexport {}\n```\n'), /needs file/],
    ['a sample in another language', page(head, '```python\npass\n```\n'), /python/],
    ['no title', 'A sentence.\n', /title/],
  ])('is refused with %s', (_, text, message) => {
    expect(() => parsePlaybook('topic', text)).toThrow(message)
  })
})

describe('our playbooks', async () => {
  const books = await playbooks()
  const sections = books.flatMap((book) => book.sections)

  it('have between four and nine sections, each with its own id', () => {
    for (const { topic, sections: own } of books) {
      expect(own.length, topic).toBeGreaterThanOrEqual(4)
      expect(own.length, topic).toBeLessThanOrEqual(9)
      expect(new Set(own.map(({ id }) => id)).size, topic).toBe(own.length)
    }
  })

  it('name facts, faults, recipes and operations that exist', () => {
    const known = {
      here: Object.keys(facts),
      faults: faults.map(({ id }) => id),
      recipes: recipes.map(({ id }) => id),
      operations: operations.map(({ name }) => name),
    }
    for (const section of sections) {
      const where = `${section.topic}/${section.id}`
      expect(known.here, where).toEqual(expect.arrayContaining(section.here))
      expect(known.faults, where).toEqual(expect.arrayContaining(section.faults))
      expect(known.recipes, where).toEqual(expect.arrayContaining(section.recipes))
      const named = section.operations.map((one) => /^[a-z]+/.exec(one)?.[0])
      expect(known.operations, where).toEqual(expect.arrayContaining(named))
    }
  })

  it('use every kind of fact', () => {
    const used = new Set(sections.flatMap(({ here }) => here))
    expect(Object.keys(facts).filter((name) => !used.has(name))).toEqual([])
  })

  it('give pages of the web as https', () => {
    const wrong = sections.flatMap(({ sources }) => sources).filter((one) => /http:\/\//.test(one))
    expect(wrong).toEqual([])
  })
})
