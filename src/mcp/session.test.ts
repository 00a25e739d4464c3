import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Context, Operation } from '../core/operation.ts'
import type { Report, ReportedChange } from '../core/report.ts'
import { type Answer, Session } from './session.ts'

const nothing: Omit<Report, 'operation' | 'headline'> = {
  findings: [],
  problems: [],
  coverage: { files: 1, lines: 1, endpoints: 1, queries: 1, models: 1, faults: 1 },
  elapsedMs: 1,
}

/** What the fakes were asked, and what became of it. */
const seen: string[] = []
/** Lets the slow one go on. */
let release: () => void = () => undefined
/** What the writing one would write. */
let diff = ''

const slow: Operation<unknown> = {
  name: 'slow',
  summary: 'Takes its time.',
  description: 'Takes its time.',
  effects: 'runs',
  input: z.object({ only: z.array(z.string()).default([]) }),
  positional: [],
  async run(input, { signal, progress }: Context) {
    seen.push(`began ${JSON.stringify(input)}`)
    progress?.('half of it')
    await new Promise<void>((resolve, reject) => {
      release = resolve
      signal?.addEventListener('abort', () => reject(signal.reason))
    }).finally(() => seen.push('cleaned up'))
    return { ...nothing, operation: 'slow', headline: 'It is done.' }
  },
}

const write: Operation<unknown> = {
  name: 'write',
  summary: 'Writes.',
  description: 'Writes.',
  effects: 'writes',
  input: z.object({
    task: z.string().optional(),
    apply: z.boolean().default(false),
    seed: z.number().optional(),
  }),
  positional: ['task'],
  async run(input, { confirm }) {
    const { task, apply, seed } = z
      .object({ task: z.string(), apply: z.boolean(), seed: z.number() })
      .parse(input)
    const change: ReportedChange = {
      title: task,
      reason: 'Asked for.',
      diff,
      findings: [],
      status: 'proven',
      why: 'It held.',
      evidence: [],
    }
    const against = apply ? confirm?.([change]) : undefined
    if (apply && against === undefined) {
      change.status = 'applied'
      change.why = 'It held. Applied as change 0007.'
      seen.push(`wrote ${task} with seed ${seed}`)
    }
    return {
      ...nothing,
      operation: 'write',
      headline: `${change.status}${against === undefined ? '' : `: ${against}`}`,
      changes: [change],
      next: [{ command: `backend-engineer write ${task} --apply`, why: 'writes it' }],
    }
  },
}

let root = ''
let session: Session

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'session-')))
  writeFileSync(join(root, 'package.json'), '{"name":"app"}')
  seen.length = 0
  diff = '+one line\n'
  session = new Session({
    cwd: root,
    contextOf: (folder) => ({ root: folder, workFolder: join(root, 'work') }),
    operations: [slow, write],
  })
})
afterEach(async () => {
  await session.close()
  rmSync(root, { recursive: true })
})

const call = (
  tool: string,
  args: Record<string, unknown>,
  signal = new AbortController().signal,
  progress: (step: string) => void = () => undefined,
): Promise<Answer> => session.call(tool, args, { signal, progress })

const planIn = ({ text }: Answer): string => /"plan_id":"([0-9a-f]+)"/.exec(text)?.[1] ?? ''

describe('a run that takes longer than its call', () => {
  it('goes on, and the same call gives its answer', async () => {
    const first = await call('slow', { only: 'a', budget_s: 1 })
    expect(first).toMatchObject({ isError: false })
    expect(first.text).toMatch(/^slow is still running after \d+ s: half of it\.\n/)
    expect(first.text).toContain('next: slow {"only":["a"]}\n')
    const steps: string[] = []
    const second = call('slow', { only: ['a'] }, undefined, (step) => void steps.push(step))
    await expect.poll(() => steps).toEqual(['half of it'])
    release()
    expect((await second).text).toContain('It is done.')
    expect(seen).toEqual(['began {"only":["a"]}', 'cleaned up'])
  })

  it('is begun anew when the files are others by then, and says so', async () => {
    await call('slow', { budget_s: 1 })
    writeFileSync(join(root, 'route.ts'), 'export {}')
    const again = await call('slow', { budget_s: 1 })
    expect(again.text).toContain('The files changed, so that it was begun anew.')
    expect(seen).toEqual(['began {"only":[]}', 'cleaned up', 'began {"only":[]}'])
  })

  it('waits for another one that runs', async () => {
    await call('slow', { only: ['a'], budget_s: 1 })
    const other = await call('slow', { only: ['b'], budget_s: 1 })
    expect(other.text).toContain('waiting for slow, which is still running')
    expect(seen).toEqual(['began {"only":["a"]}'])
    release()
    await expect.poll(() => seen).toContain('began {"only":["b"]}')
  })

  it('ends when its call is cancelled, having cleaned up', async () => {
    const stop = new AbortController()
    const running = call('slow', {}, stop.signal)
    await expect.poll(() => seen).toHaveLength(1)
    stop.abort(new Error('cancelled'))
    await expect(running).rejects.toThrow('cancelled')
    expect(seen).toEqual(['began {"only":[]}', 'cleaned up'])
  })

  it('goes on when another call waits for it', async () => {
    const stop = new AbortController()
    const [one, other] = [call('slow', {}, stop.signal), call('slow', {})]
    await expect.poll(() => seen).toHaveLength(1)
    stop.abort(new Error('cancelled'))
    await expect(one).rejects.toThrow('cancelled')
    release()
    expect((await other).text).toContain('It is done.')
  })

  it('ends with the session', async () => {
    await call('slow', { budget_s: 1 })
    await session.close()
    expect(seen).toEqual(['began {"only":[]}', 'cleaned up'])
  })
})

describe('a plan', () => {
  it('is shown before it is written, once, from the same rows', async () => {
    const shown = await call('write', { task: 'it' })
    const plan = planIn(shown)
    expect(shown.text).toContain(`next: write {"apply":true,"plan_id":"${plan}"} (writes it)`)
    expect(seen).toEqual([])
    expect((await call('write', { apply: true, plan_id: plan })).text).toContain('applied')
    expect(seen).toEqual([expect.stringMatching(/^wrote it with seed \d+$/)])
    const again = await call('write', { apply: true, plan_id: plan })
    expect(again.text).toContain(`The plan "${plan}" is written already.`)
    expect(seen).toHaveLength(1)
  })

  it('is not written when it is another by now: the new one is shown instead', async () => {
    const plan = planIn(await call('write', { task: 'it' }))
    diff = '+something else\n'
    const refused = await call('write', { apply: true, plan_id: plan })
    expect(refused.text).toContain(`it is not what the plan ${plan} showed`)
    expect(seen).toEqual([])
    const fresh = planIn(refused)
    expect(fresh).not.toBe(plan)
    expect((await call('write', { apply: true, plan_id: fresh })).text).toContain('applied')
  })

  it('is the same when only the time in the name of a migration differs', async () => {
    diff = '+++ b/prisma/migrations/20260101000000_index/migration.sql\n'
    const plan = planIn(await call('write', { task: 'it' }))
    diff = '+++ b/prisma/migrations/20260101000059_index/migration.sql\n'
    expect((await call('write', { apply: true, plan_id: plan })).text).toContain('applied')
  })

  it('is not written for another request or another folder', async () => {
    const plan = planIn(await call('write', { task: 'it' }))
    mkdirSync(join(root, 'other'))
    for (const input of [{ task: 'that' }, { root: 'other' }])
      expect(await call('write', { ...input, apply: true, plan_id: plan })).toMatchObject({ isError: true })
    expect(seen).toEqual([])
  })

  it('can be paged through after its run', async () => {
    diff = Array.from({ length: 3000 }, (_, index) => `+line ${index}`).join('\n')
    const first = await call('write', { task: 'long' })
    const [, cursor] = /\(cursor (\d+)\)/.exec(first.text) ?? []
    const page = await call('write', { task: 'long', cursor: Number(cursor) })
    const last = Number([...first.text.matchAll(/^\+line (\d+)$/gm)].at(-1)?.[1])
    expect(page.text.split('\n')[1]).toBe(`+line ${last + 1}`)
    expect(planIn(page)).toBe(planIn(first))
  })
})

describe('what breaks', () => {
  it('is told without a stack', async () => {
    const { text, isError } = await call('write', {})
    expect(isError).toBe(true)
    expect(text).toContain('This is a bug in backend-engineer')
    expect(text).not.toMatch(/^\s+at /m)
    expect(text).toMatch(/\nnext: write \{"help":true\}\n$/)
  })
})
