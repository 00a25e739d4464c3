import { expect, it } from 'vitest'
import { keyText } from './key-text.ts'

const body = JSON.stringify({
  id: 'cmabcdefghijklmnopqrstuv',
  prefix: 'wk_0123456789abcdef',
  keyHash: 'a'.repeat(64),
  key: 'wk_0123456789abcdef_secret',
})

it('is what the answer calls a key and the row does not hold', () => {
  expect(keyText(body, new Set(['a'.repeat(64)]))).toBe('wk_0123456789abcdef_secret')
})

it('may be kept as it is when there is no other', () => {
  expect(keyText('1:{"data":{"token":"0123456789abcdef0123"}}', new Set(['0123456789abcdef0123']))).toBe(
    '0123456789abcdef0123',
  )
})

it('is no id, no hash and nothing short', () => {
  expect(
    keyText('{"keyId":"0123456789abcdef0123","hashedKey":"0123456789abcdef0123","token":"1"}', new Set()),
  ).toBeUndefined()
})
