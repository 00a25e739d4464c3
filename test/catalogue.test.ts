import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { policySchema } from '../src/core/policy.ts'
import { faults } from '../src/faults/index.ts'

const source = join(import.meta.dirname, '../src/faults')
const docs = join(import.meta.dirname, '../docs/faults')
const ids = faults.map(({ id }) => id)

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => file.split(sep).join('/'))

const folders = [
  ...new Set(
    filesIn(source)
      .filter((file) => file.split('/').length === 3)
      .map(dirname),
  ),
].sort()

describe('the catalogue of faults', () => {
  it('lists every folder once, sorted', () => {
    const unlisted = folders.filter((id) => !ids.includes(id))
    expect(unlisted, 'src/faults/index.ts lacks the import and the line of these faults').toEqual([])
    expect(ids, 'src/faults/index.ts lists each folder of src/faults once, sorted by id').toEqual(folders)
  })

  it.each(folders)('%s finds, is documented, is tested, and is named after its path', (id) => {
    for (const file of ['find.ts', `${basename(id)}.md`, `${basename(id)}.test.ts`]) {
      expect(existsSync(join(source, id, file)), `src/faults/${id}/${file} is missing`).toBe(true)
    }
    expect(readFileSync(join(source, id, 'find.ts'), 'utf8')).toContain(`id: '${id}'`)
  })

  it('has its pages copied to docs/faults (`npm run docs`)', () => {
    const pages = filesIn(docs).filter((file) => file.endsWith('.md'))
    expect(pages.sort()).toEqual(ids.map((id) => `${id}.md`))
    for (const id of ids) {
      const page = readFileSync(join(source, id, `${basename(id)}.md`), 'utf8')
      expect(readFileSync(join(docs, `${id}.md`), 'utf8') === page, `docs/faults/${id}.md is old`).toBe(true)
    }
  })

  it('has the schema of the policy as it is read, and a page whose example is one (`npm run docs`)', () => {
    const written: unknown = JSON.parse(readFileSync(join(docs, '../policy.schema.json'), 'utf8'))
    expect(written).toEqual(z.toJSONSchema(policySchema, { io: 'input' }))
    const page = readFileSync(join(docs, '../policy.md'), 'utf8')
    const policy = policySchema.parse(JSON.parse(/```jsonc\n([\s\S]*?)```/.exec(page)?.[1] ?? ''))
    expect(policy.guards).toHaveLength(1)
    for (const name of Object.keys(policySchema.shape)) expect(page).toContain(`"${name}"`)
  })
})
