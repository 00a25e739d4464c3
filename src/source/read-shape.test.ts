import { describe, expect, it } from 'vitest'
import { readShape, type Shape } from './read-shape.ts'
import type { Range } from './shape.ts'

const text = `#!/usr/bin/env node
'use server'
import a, { b as c, type D } from 'x'
import * as all from "y"
import type { E } from 'z'

export const f = async ({ id }) => {
  for (const one of list) await one({ 'k': 1, id, [d]: 2, ...rest })
  return db.model.find({ where: { id } }).then((rows) => rows)
}
export default function g() {}
`

const shape = ((): Shape => {
  const read = readShape('a.ts', text)
  if (!read) throw new Error('Does not parse.')
  return read
})()
const slice = (range: Range | undefined): string | undefined => range && text.slice(range.start, range.end)

describe('readShape', () => {
  it('knows imports and what stands before them', () => {
    expect(text.slice(0, shape.start)).toBe("#!/usr/bin/env node\n'use server'")
    expect(shape.imports.map(({ from, typeOnly }) => ({ from, typeOnly }))).toEqual([
      { from: 'x', typeOnly: false },
      { from: 'y', typeOnly: false },
      { from: 'z', typeOnly: true },
    ])
    const [first, second] = shape.imports
    expect(first).toMatchObject({
      default: 'a',
      names: [
        { imported: 'b', local: 'c' },
        { imported: 'D', typeOnly: true },
      ],
    })
    expect(second).toMatchObject({ namespace: 'all', names: [] })
  })

  it('knows the members of an object', () => {
    const members = shape.object(text.indexOf("{ 'k'"))?.members ?? []
    expect(members.map(({ key, shorthand, value }) => [key, shorthand, slice(value)])).toEqual([
      ['k', false, '1'],
      ['id', true, 'id'],
      [undefined, false, '2'],
      [undefined, false, 'rest'],
    ])
    expect(shape.objectsIn({ start: text.indexOf('db.'), end: text.length }).map(slice)).toEqual([
      '{ where: { id } }',
      '{ id }',
    ])
  })

  it('finds the call, the statement and the body around a place', () => {
    const at = text.indexOf('find(')
    expect(slice(shape.call(at))).toBe('db.model.find({ where: { id } })')
    expect(slice(shape.call(at, 'then'))).toBe('db.model.find({ where: { id } }).then((rows) => rows)')
    expect(shape.call(text.indexOf('list'))).toBeUndefined()
    expect(slice(shape.statement(at))).toMatch(/^return db[\s\S]*rows\)$/)
    expect(slice(shape.statement(text.indexOf('one of')))).toMatch(/^for /)
    // Nothing may be put between a condition and what hangs on it.
    expect(slice(shape.statement(text.indexOf('await one')))).toMatch(/^for /)
    expect(slice(shape.statement(text.indexOf('f = async')))).toMatch(/^export const f/)
    expect(slice(shape.body(at))).toMatch(/^\{\n {2}for/)
    expect(shape.body(text.indexOf('rows) =>'))).toBeUndefined()
  })

  it('counts in UTF-16 units, as editors do', () => {
    const emoji = "const a = '😀'; b({ c: 1 })"
    const object = readShape('a.ts', emoji)?.object(emoji.indexOf('{'))
    expect(object && emoji.slice(object.start, object.end)).toBe('{ c: 1 }')
  })

  it('has nothing to say of what does not parse', () => {
    expect(readShape('a.ts', 'const = ')).toBeUndefined()
    expect(readShape('a.tsx', 'const a = <b>c</b>')).toBeDefined()
  })
})
