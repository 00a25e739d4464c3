/** The parts on real code: on every object, statement and import of the examples, a result must parse, and say the same. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { listFiles } from '../source/files.ts'
import { edited } from './edits.ts'
import { addNamedImport } from './imports.ts'
import {
  insertFirst,
  insertProperty,
  insertStatementAfter,
  insertStatementBefore,
  openSource,
  removeMember,
  removeRange,
  type SourceFile,
} from './source-file.ts'

const repository = join(import.meta.dirname, '../..')

it('leaves every file that it edits readable', async () => {
  const broken: string[] = []
  let tried = 0
  for (const root of ['examples', 'fixtures'].map((one) => join(repository, one))) {
    const { files } = await listFiles(root)
    for (const file of files.filter((one) => /\.[cm]?tsx?$/.test(one))) {
      const text = readFileSync(join(root, file), 'utf8')
      const source = openSource(file, text)
      if (!source) continue
      for (const [what, edits] of everyEdit(source)) {
        tried++
        if (!openSource(file, edited(text, edits))) broken.push(`${file} ${what}`)
      }
    }
  }
  expect(broken).toEqual([])
  expect(tried).toBeGreaterThan(2_000)
}, 60_000)

function* everyEdit(source: SourceFile) {
  const { shape, text } = source
  yield ['import', addNamedImport(source, 'zzz', 'thing').edits] as const
  for (const one of shape.imports) yield ['import', addNamedImport(source, one.from, 'thing').edits] as const
  for (const object of shape.objectsIn({ start: 0, end: text.length }).slice(0, 25)) {
    yield [`insert ${object.start}`, insertProperty(source, object, "added: { to: 'it' }")] as const
    for (const member of object.members)
      yield [`remove ${member.start}`, removeMember(source, object, member)] as const
  }
  for (const one of shape
    .statements()
    .filter((one) => one.listed)
    .slice(0, 25)) {
    yield [`after ${one.start}`, insertStatementAfter(source, one, "if (a) {\n  b('c')\n}")] as const
    yield [`before ${one.start}`, insertStatementBefore(source, one, "if (a) {\n  b('c')\n}")] as const
    const body = shape.body(one.start)
    if (body) yield [`first ${one.start}`, insertFirst(source, body, "b('c')")] as const
    yield [`gone ${one.start}`, removeRange(source, one)] as const
  }
}
