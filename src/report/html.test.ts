import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { evidenceReport } from '../../test/evidence-report.ts'
import type { Report } from '../core/report.ts'
import { html } from './html.ts'

const page = html(evidenceReport)

/** Elements and attributes of a page, read by a scanner of its own that trusts nothing. */
function tags(text: string): { name: string; attributes: string }[] {
  const body = text
    .replace(/<style>[\s\S]*?<\/style>/, '<style>')
    .replace(/<script>[\s\S]*?<\/script>/, '<script>')
  return [...body.matchAll(/<([a-z][\w-]*)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map((match) => ({
    name: match[1] ?? '',
    attributes: match[2] ?? '',
  }))
}

const voids = new Set(['meta', 'line', 'polyline', 'circle', 'rect', 'wbr'])

describe('html', () => {
  it('is a well-formed page whose elements all close', () => {
    const open: string[] = []
    const body = page.replace(/<style>[\s\S]*?<\/style>/, '').replace(/<script>[\s\S]*?<\/script>/, '')
    for (const [, close = '', name = '', own = ''] of body.matchAll(/<(\/?)([a-z][\w-]*)[^>]*?(\/?)>/gi)) {
      if (close === '/') expect(open.pop()).toBe(name)
      else if (own === '' && !voids.has(name)) open.push(name)
    }
    expect(open).toEqual([])
    expect(page).toMatch(/^<!doctype html>\n<html lang="en">/)
    expect(page.match(/<h1/g)).toHaveLength(1)
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1])
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, target] of page.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target)
    expect(page.match(/<table>/g)?.length).toBe(page.match(/<caption>/g)?.length)
  })

  it('goes down by one level of heading at a time', () => {
    const levels = [...page.matchAll(/<h([1-6])/g)].map((match) => Number(match[1]))
    for (const [index, level] of levels.entries())
      expect(level - (levels[index - 1] ?? 0)).toBeLessThanOrEqual(1)
  })

  it('shows every kind of evidence', () => {
    for (const words of [
      'lib/<wbr>invoices.ts:30',
      'canary-91c2e07d44',
      'GET /api/invoices/cm3b0001',
      'curl -s -H &#39;cookie: session=…&#39;',
      'tests/invoices-unscoped-access.test.ts',
      '<polyline',
      '474 × fewer buffers, 237 × less time',
      'Index Scan on Invoice by Invoice_organizationId_status_createdAt_idx',
      '14.2 ms (13.9 to 16.0 in 7 runs), 2,841 buffers',
      '99,958 removed',
      'The exploit gets 404',
      '<span class="add">+    where: { id, organizationId: session.user.organizationId },',
      'which no copy has',
      'A trigger of the database refuses it',
      'changes others&#39;',
      '31.2 s',
    ])
      expect(page).toContain(words)
    expect(page.indexOf('canary-91c2e07d44')).toBeGreaterThan(0)
  })

  it('loads nothing, and allows its own style and script alone', () => {
    for (const { name, attributes } of tags(page)) {
      expect([
        'img',
        'link',
        'iframe',
        'object',
        'embed',
        'base',
        'form',
        'audio',
        'video',
        'image',
        'use',
      ]).not.toContain(name)
      expect(attributes).not.toMatch(/\s(?:src|srcset|style|on\w+|action|data|xlink:href)=/i)
      expect(attributes).not.toMatch(/href="(?!#)/)
    }
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? ''
    const script = /<script>([\s\S]*?)<\/script>/.exec(page)?.[1] ?? ''
    expect(style + script).not.toMatch(/url\(|@import|https?:|fetch|XMLHttp|innerHTML/)
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1]
    for (const text of [style, script])
      expect(policy).toContain(`'sha256-${createHash('sha256').update(text).digest('base64')}'`)
    expect(policy).toContain("default-src 'none'")
  })

  it('escapes what the application and the project say, in every field', () => {
    const evil = `</script></style></title>--><img src=x onerror=alert(1)>"'\`<svg/onload=1>`
    const poisoned = poison(evidenceReport, evil)
    const result = html(poisoned, { all: true })
    const shape = (text: string) =>
      tags(text)
        .map((one) => one.name)
        .sort()
    const allowed = new Set([...shape(page), 'code', 'details', 'summary', 'pre', 'ol'])
    expect(shape(result).filter((name) => !allowed.has(name))).toEqual([])
    expect(result.match(/<script>/g)).toHaveLength(1)
    expect(result.match(/<\/script>/g)).toHaveLength(1)
    expect(result).not.toMatch(/<img|<svg\/|onerror=alert\(1\)>"/)
    // It did get there: the fields are shown, escaped.
    expect(result.match(/&lt;img src=x onerror=alert\(1\)&gt;/g)?.length ?? 0).toBeGreaterThan(60)
    for (const { attributes } of tags(result))
      expect(attributes.replace(/"[^"]*"/g, '')).not.toMatch(/\son\w+=/)
  })

  it('shows no control characters and no text that runs backwards', () => {
    const result = html({ ...evidenceReport, headline: 'a\u0000b\u001b[31m\u202ec' })
    expect(
      [...result].filter((char) => char !== '\n' && /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u.test(char)),
    ).toEqual([])
  })

  it('is short when there is little to say', () => {
    const little: Report = {
      operation: 'review',
      headline: 'Nothing found.',
      findings: [],
      problems: [],
      coverage: { files: 0, lines: 0, endpoints: 0, queries: 0, models: 0, faults: 0 },
      elapsedMs: 12,
    }
    const result = html(little)
    expect(result).not.toMatch(/<h2|<table|<nav/)
    expect(result).toContain('<h1>Nothing found.</h1>')
  })
})

/** The same report with a text appended to every string that is not one of our own words. */
function poison(report: Report, evil: string): Report {
  const keep = new Set([
    'kind',
    'role',
    'severity',
    'certainty',
    'verdict',
    'status',
    'effect',
    'operation',
    'id',
  ])
  const deep = (value: unknown, key: string): unknown => {
    if (typeof value === 'string')
      return keep.has(key) || key === 'cells' || key === 'findings' ? value : `${value} ${evil}`
    if (Array.isArray(value)) return value.map((one) => deep(one, key))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(
        Object.entries(value).map(([name, one]) => [name === 'cookie' ? evil : name, deep(one, name)]),
      )
    return value
  }
  return deep(report, '') as Report
}
