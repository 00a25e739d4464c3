import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Report } from '../core/report.ts'
import { remembered } from './answers.ts'

const coverage = { files: 1, lines: 1, endpoints: 0, queries: 0, models: 0, faults: 0 }
const report = (headline: string): Report => ({
  operation: 'review',
  headline,
  findings: [],
  problems: [],
  coverage,
  elapsedMs: 1,
})

describe('remembered answers', () => {
  let root = ''
  let cacheFolder = ''
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'project-'))
    cacheFolder = mkdtempSync(join(tmpdir(), 'cache-'))
    writeFileSync(join(root, 'a.ts'), 'export const a = 1\n')
  })
  afterAll(() => {
    for (const folder of [root, cacheFolder]) rmSync(folder, { recursive: true })
  })
  const ask = (headline: string, question = 'review {}') =>
    remembered(question, { root, cacheFolder, workFolder: cacheFolder }, async () => report(headline))

  it('hold while nothing has changed', async () => {
    expect((await ask('first')).headline).toBe('first')
    expect((await ask('second')).headline).toBe('first')
  })

  it('are worked out anew for another question, an edit and a new file', async () => {
    expect((await ask('other', 'review {"all":true}')).headline).toBe('other')
    writeFileSync(join(root, 'a.ts'), 'export const a = 2\n')
    expect((await ask('edited')).headline).toBe('edited')
    writeFileSync(join(root, 'b.ts'), '')
    expect((await ask('added')).headline).toBe('added')
  })

  it('are not believed when they were cut off', async () => {
    const folder = join(cacheFolder, 'answers')
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), 'cut')
    expect((await ask('again')).headline).toBe('again')
  })

  it('are not asked for without a cache folder', async () => {
    expect(
      (await remembered('review {}', { root, workFolder: cacheFolder }, async () => report('bare'))).headline,
    ).toBe('bare')
  })
})
