import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { run } from '../src/cli/run.ts'
import { notes, repositoryOf } from './repository.ts'
import { sarifErrors } from './sarif-schema.ts'

const page = readFileSync(join(import.meta.dirname, '../docs/ci.md'), 'utf8')
const workflow = z.object({
  jobs: z.object({ review: z.object({ steps: z.array(z.object({ run: z.string().optional() })) }) }),
})

/** The tool's arguments in a `run` line, with GitHub's variables put in; the shell sees the rest. */
function argumentsOf(line: string): string[] {
  const [command = ''] = line.split('>>')
  return command
    .replace('$GITHUB_BASE_REF', 'main')
    .trim()
    .split(/\s+/)
    .slice(2)
    .map((word) => word.replaceAll('"', ''))
}

it('has a workflow whose commands do what the page says', async () => {
  const text = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const { jobs } = workflow.parse(parse(text))
  const commands = jobs.review.steps.flatMap((step) =>
    step.run === undefined ? [] : [argumentsOf(step.run)],
  )
  expect(commands).toHaveLength(3)

  const repository = repositoryOf(notes, 'apps/web')
  repository.git('update-ref', 'refs/remotes/origin/main', 'main')
  repository.git('checkout', '-qb', 'work')
  const route = 'app/api/notes/route.ts'
  repository.write({ [route]: (notes[route] ?? '').replace('{ id, userId: user.id }', '{ id }') })
  const results: { code: number; text: string }[] = []
  for (const argv of commands) {
    let said = ''
    const write = (part: string): void => {
      said += part
    }
    const env = {
      GITHUB_WORKSPACE: join(repository.root, '../..'),
      XDG_CACHE_HOME: repository.context.workFolder,
    }
    const io = { cwd: repository.root, env, stdout: { write, tty: false }, stderr: { write, tty: false } }
    results.push({ code: await run(argv, io), text: said })
  }
  const [annotations, summary, scanning] = results
  expect(annotations?.code).toBe(1)
  expect(annotations?.text).toMatch(/^::error file=apps\/web\/app\/api\/notes\/route\.ts,line=13,/)
  expect(annotations?.text.match(/^::error/gm)).toHaveLength(1)
  expect(summary).toMatchObject({ code: 0, text: expect.stringContaining('DELETE /api/notes') })
  expect(scanning).toMatchObject({ code: 0, text: '' })
  const sarif = readFileSync(join(repository.root, 'backend-engineer.sarif'), 'utf8')
  expect(sarifErrors(sarif)).toEqual([])
  expect(sarif).toContain('PATCH /api/notes')
})
