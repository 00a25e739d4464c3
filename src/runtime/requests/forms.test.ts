import { describe, expect, it } from 'vitest'
import { formsIn } from './forms.ts'
import { fieldsIn, rowsOf } from './page-text.ts'

const id = '60'.padEnd(42, 'a')
const other = '60'.padEnd(42, 'b')
const field = (name: string, value = ''): string =>
  `<input type="hidden" name="${name}" value="${value.replaceAll('"', '&quot;')}"/>`
const bound = (number: number, action: string, values: string): string =>
  field(`$ACTION_REF_${number}`) +
  field(`$ACTION_${number}:0`, `{"id":"${action}","bound":"$@1"}`) +
  field(`$ACTION_${number}:1`, values)

describe('formsIn', () => {
  it('tells what is encrypted from what was bound as plain text', () => {
    const html = `<form>${bound(4, id, '["$@2","row-1","$$5",{"n":"$D2026-01-02T00:00:00.000Z"},"$undefined"]')}${field('$ACTION_4:2', '"c2VhbGVk"')}<input name="title" value="Old"/></form>`
    expect(formsIn(html, id)).toEqual([
      {
        id,
        bound: [
          { value: 'c2VhbGVk', sealed: true },
          { value: 'row-1', sealed: false },
          { value: '$5', sealed: false },
          { value: { n: new Date('2026-01-02') }, sealed: false },
          { value: undefined, sealed: false },
        ],
        fields: [{ name: 'title', value: 'Old', type: 'text' }],
      },
    ])
    expect(formsIn(html, other)).toEqual([])
  })

  it('keeps a button with an action of its own apart from the form around it', () => {
    const html = `<form>${field(`$ACTION_ID_${id}`)}<input name="a" value="1"/><button name="$ACTION_REF_2">${bound(2, other, '["x"]').replace('name="$ACTION_REF_2"', 'name="ignored"')}</button><button name="intent" value="save"></button></form>`
    expect(formsIn(html, id)[0]?.fields?.map(({ name }) => name)).toEqual(['a', 'ignored', 'intent'])
    expect(formsIn(html, other)).toMatchObject([{ bound: [{ value: 'x', sealed: false }] }])
  })

  it('reads references that are handed to scripts, long texts before them', () => {
    const rows = `1:T5,äb:c1a:{"id":"${id}","bound":"$@1b"}\n1b:["$@1c"]\n1c:"c2VhbGVk"\n2:I[1,[],"x"]\n3:[cut`
    const html = `<script>self.__next_f.push([1,${JSON.stringify(rows.slice(0, 30))}])</script><script>self.__next_f.push([1,${JSON.stringify(rows.slice(30))}])</script>`
    expect(rowsOf(html).get('1')).toBe('äb:c')
    expect(formsIn(html, id)).toEqual([{ id, bound: [{ value: 'c2VhbGVk', sealed: true }] }])
  })
})

describe('fieldsIn', () => {
  it('reads what a browser would send', () => {
    const html = `<form><textarea name="t">a &amp; b</textarea><select name="s"><option value="1">One</option><option selected="">Two</option></select>
      <input type="radio" name="r" value="x"/><input type="radio" name="r" value="y" checked=""/>
      <input type="checkbox" name="no"/><input type="checkbox" name="yes" checked=""/><input type="file" name="f"/></form>`
    expect(fieldsIn(html).map(({ name, value }) => [name, value])).toEqual([
      ['t', 'a & b'],
      ['s', 'Two'],
      ['r', 'y'],
      ['yes', 'on'],
    ])
  })
})
