import { describe, expect, it } from 'vitest'
import { satisfies } from './versions.ts'

describe('versions', () => {
  it.each([
    ['6.2.18', '^6.2.18', true],
    ['6.3.0', '^6.2.18', true],
    ['6.2.17', '^6.2.18', false],
    ['7.0.0', '^6.2.18', false],
    ['0.3.5', '^0.3.1', true],
    ['0.4.0', '^0.3.1', false],
    ['0.0.3', '^0.0.3', true],
    ['0.0.4', '^0.0.3', false],
    ['4.9.0', '^4', true],
    ['4.1.9', '~4.1.2', true],
    ['4.2.0', '~4.1.2', false],
    ['4.9.0', '~4', true],
    ['4.1.2', '4.1.2', true],
    ['4.1.3', '4.1.2', false],
    ['4.1.3', '4.1.x', true],
    ['4.2.0', '4.x', true],
    ['22.1.0', '>=20.9 <23', true],
    ['23.0.0', '>= 20.9 < 23', false],
    ['20.20.2', '>20.9', true],
    ['20.9.4', '<=20.9', true],
    ['2.5.0', '1.2.0 - 3', true],
    ['2.5.0', '1 || 2', true],
    ['3.0.0', '1 || 2', false],
    ['1.0.0', '*', true],
    ['8.0.0-rc.19', '^8.0.0', false],
    ['8.0.0-rc.19', '8.0.0-rc.19', true],
    ['1.0.0', 'workspace:*', false],
    ['1.0.0', 'latest', false],
    ['what', '*', false],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(satisfies(version, range)).toBe(expected)
  })
})
