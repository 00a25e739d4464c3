/** The command line, interrupted. The steps with a build are in bench/interruptions.mjs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hashOf, leftIn, openPlace, type Place, runTool, untilEmpty, writeNotes } from './interrupted.mjs'

vi.setConfig({ testTimeout: 60_000 })

const base = join(import.meta.dirname, '../fixtures/.build', `interruption-${process.pid}`)
const short = mkdtempSync(join(tmpdir(), 'i-'))
let place: Place
let before: string

beforeAll(() => {
  place = openPlace(short)
  writeNotes(base)
  before = hashOf(base)
})
afterAll(() => {
  for (const folder of [base, short]) rmSync(folder, { recursive: true, force: true })
})

describe.runIf(process.platform === 'linux')('a run that is interrupted', () => {
  it.each([
    ['starting Postgres', 700],
    ['creating tables and rows', 50],
    ['copying the project', 100],
  ])('by Ctrl-C while %s leaves nothing', async (step, delay) => {
    const at = new RegExp(`^${step}`)
    const ended = await runTool(['fix', base, '--apply'], { ...place, at, delay, signal: 'SIGINT' })
    expect(ended.sent).toContain(step)
    expect(ended.code).toBe(130)
    expect(ended.stdout).toBe('')
    expect(ended.stderr.trim().split('\n').at(-1)).toMatch(/^Stopped\. .*nothing was changed\.$/)
    expect(ended.processes).toBeGreaterThan(0)
    expect([...ended.running(), ...ended.listening(), ...leftIn(place)]).toEqual([])
    expect(hashOf(base)).toBe(before)
  })

  it.each([
    ['creating tables and rows', 50],
    ['copying the project', 100],
  ])('by kill -9 while %s leaves nothing', async (step, delay) => {
    const at = new RegExp(`^${step}`)
    const ended = await runTool(['prove', base], { ...place, at, delay, signal: 'SIGKILL' })
    expect(ended.signal).toBe('SIGKILL')
    expect(ended.ports).toBeGreaterThan(0)
    const left = (): unknown[] => [...ended.running(), ...ended.listening(), ...leftIn(place)]
    expect(await untilEmpty(left, 15_000)).toEqual([])
    expect(hashOf(base)).toBe(before)
  })
})
