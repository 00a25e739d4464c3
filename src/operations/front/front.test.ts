import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { operations } from '../index.ts'
import { CUES } from './cues.ts'
import { NothingBefore } from './follow-up.ts'
import { isName, type Understood, understandWords } from './front.ts'
import { WEIGHTS } from './weights.ts'

const root = join(import.meta.dirname, '../../..')
const example = join(root, 'examples/workshop')
const names = operations.map(({ name }) => name)
const of = (text: string): Promise<Understood[]> => understandWords(text, names, { root: example })

const phrase = z.object({ say: z.string(), want: z.array(z.string()) })
const phrasesIn = (file: string) =>
  readFileSync(join(root, `fixtures/phrases/${file}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => phrase.parse(JSON.parse(line)))

/** Operations that a sentence begins at once, against what its writer meant. */
async function begun(file: string): Promise<{ right: number; of: number; wrong: string[] }> {
  const wrong: string[] = []
  let right = 0
  const phrases = phrasesIn(file)
  for (const { say, want } of phrases) {
    const wanted = want.map((one) => one.replace(/^guide .*/, 'guide'))
    const [first] = await of(say).catch(() => [])
    const meant = first?.operation === 'build' ? `build ${String(first.input.recipe)}` : first?.operation
    if (wanted.includes(meant ?? 'decline') && (first?.sure !== false || meant === 'undo')) right += 1
    else if (first?.sure && operations.find(({ name }) => name === meant)?.effects !== 'reads')
      wrong.push(`${meant}: ${say}`)
  }
  return { right, of: phrases.length, wrong }
}

describe('the front door', () => {
  it.each([
    ['is /api/invoices/[invoiceId] safe?', 'backend-engineer review --at', '/api/invoices/[invoiceId]'],
    ['which endpoints touch Invoice', 'backend-engineer understand --focus Invoice', 'Invoice'],
    ['what does queries/n-plus-one mean', 'backend-engineer explain queries/n-plus-one', 'n-plus-one'],
    ['make GET /api/invoices faster, it is slow', 'backend-engineer optimize --only', 'GET /api/invoices'],
    ['please repair finding 2e9f56c5de', 'backend-engineer fix --only 2e9f56c5de', '2e9f56c5de'],
    [
      'create a login API that validates user credentials and returns a JWT token',
      '--recipe auth-password',
      'login',
    ],
    ['write tests for POST /api/invoices', '--recipe endpoint-tests', 'POST /api/invoices'],
  ])('%s', async (text, command, names) => {
    const [first] = await of(text)
    expect(first?.command).toContain(command)
    expect(first?.command).toContain(names)
    expect(first?.sure).toBe(true)
  })

  it.each([
    ['is the login safe?', '--at /api/auth/login', '"login" was taken for'],
    ['is sign-up done right?', '--at /api/auth/register', '"sign-up" was taken for'],
    ['review the search', "--at '/api/orgs/[orgId]/search'", '"the search" was taken for'],
    ['fix the members endpoint', "fix --at '/api/orgs/[orgId]/members'", '"members endpoint" was taken for'],
    ['check customers endpoint and login', '--at /api/auth/login,Customer', '"login" was taken for'],
  ])('looks at the part that is named, and says which: %s', async (text, command, meaning) => {
    const [first] = await of(text)
    expect(first?.command).toContain(command)
    expect(first?.meaning).toContain(meaning)
  })

  it.each([
    ['double check the password reset for holes', 'everywhere: no path is named after "password reset"'],
    ['review the project', 'look for what is wrong'],
    ['review my app, is it secure?', 'look for what is wrong'],
    ['prove to me that something is open', 'attack a running copy to see what is real'],
  ])('looks at everything where no part is named: %s', async (text, meaning) => {
    const [first] = await of(text)
    expect(first?.input).not.toHaveProperty('at')
    expect(first?.meaning).toContain(meaning)
  })

  it('has a weight for each of its cues, and no cue for a weight that is gone', () => {
    const taught = [...WEIGHTS.matchAll(/^cue: (.+)\t/gm)].map(([, name]) => name)
    expect(taught.toSorted()).toEqual([...CUES.keys()].toSorted())
  })

  it.each(phrasesIn('follow-ups').map(({ say }) => say))(
    'asks back what goes on from nothing: %s',
    async (text) => {
      const known = await of(text).catch((error: unknown) => error)
      if (known instanceof NothingBefore) expect(known.message).toContain(text)
      else expect(known).toMatchObject([{ sure: false }, { sure: false }])
    },
  )

  it('offers what can be done with the model that a follow-up names', async () => {
    expect((await of('same for Customer')).map(({ command }) => command)).toEqual([
      'backend-engineer understand --focus Customer',
      'backend-engineer review --at Customer',
    ])
  })

  it.each([
    'what about sql injection',
    'same email for two users, how do i forbid it',
    'and who can read Customer',
  ])('reads what has words of its own: %s', async (text) => {
    expect(await of(text).catch((error: unknown) => error)).not.toBeInstanceOf(NothingBefore)
  })

  it('says which models it leaves for later', async () => {
    const [first] = await of('draw me how Invoice, Customer and WorkOrder hang together')
    expect(first).toMatchObject({ operation: 'understand', input: { focus: 'Customer' } })
    expect(first?.meaning).toMatch(/one at a time: then .*Invoice/)
  })

  it('starts a copy only where nothing else is near', async () => {
    for (const text of [
      'prod is slow, is there a playbook for that?',
      'PUT or PATCH on /api/orgs/[orgId]/invoices',
    ])
      for (const { operation, sure } of await of(text))
        expect(operation === 'guide' || !sure, text).toBe(true)
  })

  it('takes nothing back without a question', async () => {
    const [first, ...others] = await of('undo that please')
    expect(first).toMatchObject({ operation: 'undo', sure: false })
    expect(others).toEqual([])
  })

  it.each(['center the login button', 'drop the production database', 'add stripe checkout so orgs can pay'])(
    'says that it does not do this: %s',
    async (text) => {
      await expect(of(text)).rejects.toMatchObject({
        remedy: expect.stringContaining('I work on the backend'),
      })
    },
  )

  it('finds a mistyped word', async () => {
    expect((await of('the invoice list is verry slwo, measrue it'))[0]?.operation).toBe('optimize')
  })

  it('knows names that need no sentence', () => {
    expect(['P2024', '23505', '2e9f56c5de', 'ECONNREFUSED'].filter(isName)).toHaveLength(4)
    expect(['reveiw', 'login', '10000', 'prisma'].filter(isName)).toEqual([])
  })

  it.each([
    ['what is mass assignment', 'explain input/mass-assignment'],
    ['what permissions changed on this branch compared to main', 'understand --matrix-since main'],
    ['who may do what in this app', 'understand --matrix'],
    ['review my changes against develop', 'review --changed-since develop'],
    ['remove yourself from AGENTS.md', 'init --remove'],
    ['make the customers endpoint only return customers of my org', "fix --at '/api/orgs/[orgId]/customers'"],
  ])('takes more than the operation from the words: %s', async (text, command) => {
    expect((await of(text))[0]?.command).toBe(`backend-engineer ${command}`)
  })

  it.each([
    ['fix the idor in /api/invoices/[invoiceId]', 'fix --only authorization --at'],
    ['is there any sql injection in our routes?', 'review --only input/raw-sql'],
    ['repair the n+1 please', 'fix --only queries/n-plus-one,queries/loop-writes'],
    ['check authorization on all endpoints', 'review --only authentication,authorization'],
    ['review src/app/api/invoices for me', 'review --at src/app/api/invoices'],
  ])('looks for the faults that are named, in the folder that is named: %s', async (text, command) => {
    expect((await of(text))[0]?.command).toContain(`backend-engineer ${command}`)
  })

  it.each([
    'review everything, sql injection as well',
    'check the api for holes such as mass assignment',
    'is there a place where a user from one org can see what is of another?',
  ])('leaves nothing out where a fault is an example, or somebody is named: %s', async (text) => {
    for (const { input } of await of(text)) {
      expect(input).not.toHaveProperty('only')
      expect(input).not.toHaveProperty('at')
    }
  })

  it.each(['thanks, looks good', '???', 'hi', 'great, thank you'])('has nothing to do: %s', async (text) => {
    await expect(of(text)).rejects.toBeInstanceOf(NothingBefore)
  })

  it.each([
    ['wie baut man hier eine gute Fehlerbehandlung ein, was ist das beste?', 'German'],
    ['¿cómo se debe hacer esto? ¿qué es mejor y por qué?', 'Spanish'],
    ['как сделать постраничный вывод', 'Russian'],
  ])('says that the playbooks are in English: %s', async (text, language) => {
    await expect(of(text)).rejects.toMatchObject({ message: expect.stringContaining(language) })
  })

  it('explains nothing that has no name', async () => {
    const known = await of('explain what unscoped means in your report').catch(() => [])
    expect(known.map(({ operation }) => operation)).not.toContain('explain')
  })

  it.each([
    ['verrry slooow invoice list', 'optimize'],
    ['chek my api for secuirty holes', 'review'],
    ['how do i pagniate orders', 'guide'],
  ])('reads what is mistyped: %s', async (text, operation) => {
    expect((await of(text))[0]?.operation).toBe(operation)
  })

  it('names the playbook for a task that it does not do', async () => {
    await expect(of('implement password reset via email')).rejects.toMatchObject({
      remedy: expect.stringContaining('guide authentication/sign-in-and-reset'),
    })
  })

  it.each(['first', 'held-out', 'held-out-2', 'held-out-3', 'held-out-4', 'held-out-5', 'held-out-6'])(
    'begins nothing that was not meant: phrases %s',
    async (file) => {
      expect((await begun(file)).wrong).toEqual([])
    },
  )
})
