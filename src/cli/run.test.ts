import { join } from 'node:path'
import { expect, it } from 'vitest'
import { run } from './run.ts'

const app = join(import.meta.dirname, '../../fixtures/apps/pages-and-actions')

async function longestLine(tty: boolean, columns: number | undefined, ...argv: string[]): Promise<number> {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  await run([...argv, app, '--no-cache', '--no-color'], {
    cwd: app,
    env: {},
    stdout: { write, tty, columns },
    stderr: { write: () => {}, tty: false },
  })
  return Math.max(...text.split('\n').map((line) => line.length))
}

it.each([60, 100, 200])('stays within a terminal of %d columns', async (columns) => {
  for (const argv of [['understand'], ['review'], ['understand', '--focus', 'Trip']])
    expect(await longestLine(true, columns, ...argv)).toBeLessThanOrEqual(columns)
})

it('takes 120 columns where there is no terminal, or one that does not know its width', async () => {
  const lengths = [await longestLine(false, 60, 'review'), await longestLine(true, 0, 'review')]
  for (const length of lengths) {
    expect(length).toBeGreaterThan(100)
    expect(length).toBeLessThanOrEqual(120)
  }
})

it('writes a page that stands alone', async () => {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  const stdout = { write, tty: false }
  const io = { cwd: app, env: {}, stdout, stderr: { write: () => {}, tty: false } }
  expect(await run(['understand', app, '--no-cache', '--format', 'html'], io)).toBe(0)
  expect(text).toMatch(/^<!doctype html>[\s\S]*<h2 id="map">[\s\S]*<\/html>\n$/)
})

it.each([
  [['build something nobody thought of', app], 2, 'That is not something I do'],
  [['build', app], 2, 'It was not said what to build.'],
  [['build', '--recipe', 'nonsense', app], 2, 'There is no recipe "nonsense".'],
  [['nonsense'], 2, 'There is no operation and no directory "nonsense".'],
  [['build', 'a thing', app, 'more'], 2, '"more" is one argument too many.'],
])('takes a sentence for a task: %j', async (argv, code, said) => {
  let text = ''
  const write = (part: string) => {
    text += part
  }
  const io = { cwd: app, env: {}, stdout: { write, tty: false }, stderr: { write, tty: false } }
  expect(await run([...argv, '--no-cache'], io)).toBe(code)
  expect(text).toContain(said)
})

const clinic = join(import.meta.dirname, '../../fixtures/conventions/clinic')

it.each([
  ['body', [], ['body'], /Who calls .* \(body\)|body \(/],
  ['a number, after something else', [], ['x', '2'], /body \(/],
  ['an empty line', [], [''], /cookie \(/],
  ['nothing, with --yes', ['--yes'], [], /cookie \(.*\), by default/],
])(
  'asks what the project does not say: %s',
  async (_, flags, typed, decided) => {
    const said = { out: '', err: '' }
    const writer = (to: 'out' | 'err') => (part: string) => {
      said[to] += part
    }
    const lines = [...typed]
    const code = await run(
      [
        'build',
        'a login with a password that returns a JWT',
        clinic,
        '--plan',
        '--no-cache',
        '--no-color',
        ...flags,
      ],
      {
        cwd: clinic,
        env: {},
        stdout: { write: writer('out'), tty: false },
        stderr: { write: writer('err'), tty: false },
        prompt: () => Promise.resolve(lines.shift() ?? 'nobody is there any more'),
      },
    )
    const { out, err } = said
    expect(code, err).toBe(0)
    expect(lines).toEqual([])
    expect(err.includes('Who calls these endpoints?')).toBe(typed.length > 0)
    expect(out.replace(/\s+/g, ' ')).toMatch(decided)
  },
  60_000,
)
