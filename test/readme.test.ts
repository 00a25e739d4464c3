import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../src/cli/run.ts'
import { repairable } from '../src/faults/fixers.ts'
import { faults } from '../src/faults/index.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const picture = /```text\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''

/** What the command prints, as in a terminal of this repository. */
async function output(line: string): Promise<string> {
  let text = ''
  await run(line.split(' '), {
    cwd: root,
    env: {},
    stdout: {
      write: (part) => {
        text += part
      },
      tty: false,
    },
    stderr: { write: () => {}, tty: false },
  })
  return text
}

describe('README.md', () => {
  const [, ...commands] = picture.split(/^\$ backend-engineer /m)

  it('shows the commands that `npm start` runs', () => {
    const script = readFileSync(join(root, 'scripts/start.mjs'), 'utf8')
    const words = commands.map((command) => (command.split('\n')[0] ?? '').split(' '))
    expect(words).toHaveLength(2)
    for (const command of words) {
      expect(script).toContain(`[${command.map((word) => `'${word}'`).join(', ')}]`)
    }
  })

  it.each(commands)('shows what command %# prints', async (command) => {
    const [line = '', ...shown] = command.split('\n')
    const printed = await output(`${line} --no-cache`)
    const invented = shown.filter((one) => one !== '…' && !printed.includes(one))
    expect(invented).toEqual([])
  })

  it('lists every fault', () => {
    const rows = [...readme.matchAll(/^\| `([^`]+\/[^`]+)` \|/gm)].map((row) => row[1])
    expect(rows).toEqual(faults.map(({ id }) => id))
  })

  it('says which of them it repairs', () => {
    const [, all, some, share, list = ''] =
      /^Of these (\d+) faults, (\d+) are repaired by `fix`, (\d+) %: ([^.]+)\./m.exec(readme) ?? []
    expect([all, some, share].map(Number)).toEqual([
      faults.length,
      repairable.length,
      Math.round((100 * repairable.length) / faults.length),
    ])
    expect([...list.matchAll(/`([^`]+)`/g)].map(([, id]) => id)).toEqual(repairable)
  })
})
