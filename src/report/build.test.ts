import { describe, expect, it } from 'vitest'
import type { Report } from '../core/report.ts'
import { agent } from './agent.ts'
import { html } from './html.ts'
import { markdown } from './markdown.ts'
import { text } from './text.ts'

const report: Report = {
  operation: 'build',
  headline: 'Sign in: 1 proof failed. Nothing was written.',
  findings: [],
  problems: [],
  coverage: { files: 0, lines: 0, endpoints: 0, queries: 0, models: 0, faults: 0 },
  decisions: [
    {
      about: 'Errors',
      choice: 'HttpError(<status>)',
      because: 'It is thrown most.',
      from: 'project',
      seen: { file: 'lib/http.ts', line: 5, column: 1 },
    },
  ],
  questions: [
    {
      input: 'token',
      text: 'Where does the token go?',
      choices: [
        { value: 'body', means: 'into the answer' },
        { value: 'cookie', means: 'into a cookie' },
      ],
      default: 'body',
      answer: 'body',
      by: 'default',
    },
  ],
  packages: [{ name: 'jose', range: '^6.2.18', dev: false, why: 'It signs tokens.' }],
  adds: {
    endpoints: ['POST /api/login'],
    variables: [{ name: 'JWT_SECRET', why: 'Signs tokens', secret: true }],
    proposals: ['Confirm addresses.'],
  },
  checks: [
    { name: 'types', verdict: 'passed', why: 'The types check.', ms: 1200 },
    {
      name: 'eslint',
      verdict: 'failed',
      why: '1 error in the files of the change.',
      ms: 20,
      log: 'lib/a.ts:1 ```never``` <b>',
    },
    { name: 'tests', verdict: 'skipped', why: 'The project has no script `test`.', ms: 0 },
  ],
  attacks: [
    {
      id: 'login/timing',
      title: 'Timing tells no names',
      requirements: ['CWE-208'],
      verdict: 'withstood',
      why: '18.5 and 18.6 ms.',
      evidence: [],
      ms: 900,
    },
    {
      id: 'login/none',
      title: 'A token without a signature',
      requirements: ['RFC 8725 3.1'],
      verdict: 'broken',
      why: 'It was taken.',
      evidence: [
        {
          kind: 'exchange',
          exchanges: [
            {
              role: 'exploit',
              as: 'nobody',
              request: { method: 'GET', url: 'http://127.0.0.1/api/me', headers: {} },
              response: { status: 200, headers: {}, body: '{"id":"victim"}' },
              saw: 'the account of another',
            },
          ],
          reproduce: [],
        },
      ],
      ms: 9,
    },
  ],
  next: [{ command: "backend-engineer build 'a login' --apply", why: 'Writes it' }],
  elapsedMs: 5,
}

const told = [
  'It is thrown most.',
  'lib/http.ts:5',
  'Where does the token go?',
  '--set token=cookie',
  'jose@^6.2.18',
  'POST /api/login',
  'JWT_SECRET',
  'Confirm addresses.',
  '1 error in the files of the change.',
  'A token without a signature',
  'RFC 8725 3.1',
  "build 'a login' --apply",
]

/** As a reader sees it: entities and escapes resolved, wrapped lines joined. */
const read = (page: string): string =>
  page
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/\\([\\`*_{}[\]()#+.!|<>~^$=-])/g, '$1')

describe('a report of build', () => {
  it.each([
    ['text', text(report, { width: 300 })],
    ['agent', agent(report)],
    ['markdown', markdown(report)],
    ['html', html(report)],
  ])('as %s tells what was decided, what failed, and what to do', (_, page) => {
    for (const part of told) expect(read(page)).toContain(part)
    expect(read(page).indexOf('A token without')).toBeLessThan(read(page).indexOf('Timing tells no names'))
  })

  it('shows the request of an attack that went through', () => {
    expect(text(report)).toContain('the account of another')
    expect(html(report)).toContain('the account of another')
  })

  it('lets no log out of its place', () => {
    expect(html(report)).not.toContain('<b>')
    expect(markdown(report)).toContain('````\nlib/a.ts:1 ```never``` <b>\n````')
  })
})
