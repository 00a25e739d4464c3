import { describe, expect, it } from 'vitest'
import { filled, matchesOf, tokensOf } from './tokens.ts'

const texts = (code: string): string[] => tokensOf(code).map(({ text }) => text)

describe('tokens', () => {
  it('are the same however code is formatted', () => {
    const template = ['`t$', '{1 + `}`}`'].join('')
    const one = `const a = f('x', 1_000, { b, c });\nreturn a?.b ?? ${template}`
    const other = `// why\nconst a = f(\n  "x",\n  1000,\n  { b, c, },\n)\nreturn a?.b /* so */ ?? ${template}`
    expect(texts(one)).toEqual(texts(other))
  })

  it('know where a template ends', () => {
    const template = ['`$', '{a}s`'].join('')
    expect(texts(`f(${template}) + b`)).toEqual(['f', '(', template, ')', '+', 'b'])
  })

  it('tell a regular expression from a division', () => {
    expect(texts('a / b / c')).toEqual(['a', '/', 'b', '/', 'c'])
    expect(texts("x.split(/'/, 2) / 3")).toEqual(['x', '.', 'split', '(', "/'/", ',', '2', ')', '/', '3'])
    expect(texts('return /[/]"/g.test(a)')).toEqual(['return', '/[/]"/g', '.', 'test', '(', 'a', ')'])
  })

  it('are found by patterns', () => {
    const code = 'check({\n  audience: AUD,\n  typ: "at",\n  list: [f(1, 2)],\n})'
    const [typ] = matchesOf(code, "typ: 'at',")
    expect(typ && code.slice(typ.start, typ.end)).toBe('typ: "at",')
    const [all] = matchesOf(code, '$f({ $$before typ: $t, $$rest })')
    expect(all && filled('$f($t, $$rest)', all)).toBe('check("at", list: [f(1, 2)])')
    expect(matchesOf(code, 'list: [$$x] })')).toHaveLength(1)
    expect(matchesOf(code, 'list: [$x]')).toHaveLength(0)
    expect(matchesOf('a.b(a, c)', '$x.b($x, $y)')).toHaveLength(1)
    expect(matchesOf('a.b(d, c)', '$x.b($x, $y)')).toHaveLength(0)
  })
})
