import { describe, expect, it } from 'vitest'
import { edited } from './edits.ts'
import { addToExample, type ExampleVariable } from './environment-example.ts'

const secret = {
  name: 'JWT_SECRET',
  why: 'Signs access tokens: 32 random bytes.\nMake one with: openssl rand -base64 32',
}
const minutes = { name: 'JWT_MINUTES', why: 'How long a token lasts.', value: '15' }

function add(text: string, variables: ExampleVariable[] = [secret, minutes]): string {
  const after = edited(text, addToExample('.env.example', text, variables).edits)
  expect(addToExample('.env.example', after, variables).edits).toEqual([])
  return after
}

describe('addToExample', () => {
  it('makes the file', () => {
    expect(addToExample('.env.example', undefined, [secret, minutes])).toEqual({
      edits: [],
      creates: [
        {
          file: '.env.example',
          text: '# Signs access tokens: 32 random bytes.\n# Make one with: openssl rand -base64 32\nJWT_SECRET=\n\n# How long a token lasts.\nJWT_MINUTES=15\n',
        },
      ],
      added: ['JWT_SECRET', 'JWT_MINUTES'],
    })
  })

  it.each([
    ['A=1\nB=2\n', 'A=1\nB=2\n# How long a token lasts.\nJWT_MINUTES=15\n'],
    ['A=1\n\nB=2', 'A=1\n\nB=2\n\n# How long a token lasts.\nJWT_MINUTES=15\n'],
    ['A="1"\r\nB="2"\r\n', 'A="1"\r\nB="2"\r\n# How long a token lasts.\r\nJWT_MINUTES="15"\r\n'],
    ['# end\n', '# end\n\n# How long a token lasts.\nJWT_MINUTES=15\n'],
    ['\n', '# How long a token lasts.\nJWT_MINUTES=15\n'],
  ])('appends to %j', (text, wanted) => expect(add(text, [minutes])).toBe(wanted))

  it('skips what is there, commented out too', () => {
    expect(add('# JWT_SECRET=\nexport JWT_MINUTES = 5\n')).toBe('# JWT_SECRET=\nexport JWT_MINUTES = 5\n')
    expect(addToExample('.env.example', 'JWT_MINUTES=5\n', [secret, minutes]).added).toEqual(['JWT_SECRET'])
  })

  it('quotes what would be cut, and never writes secrets in use', () => {
    const value = (text: string) =>
      add('A=1\n', [{ name: 'B', why: 'b', value: text }])
        .split('\n')
        .at(-2)
    expect(value('a b # c')).toBe('B="a b # c"')
    expect(value('say "a"')).toBe(`B='say "a"'`)
    expect(() => addToExample('apps/web/.env', '', [secret])).toThrow('not for a recipe')
    expect(() => addToExample('.env.local', '', [secret])).toThrow('not for a recipe')
  })
})
