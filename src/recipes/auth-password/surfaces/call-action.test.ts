import { describe, expect, it } from 'vitest'
import type { ActionEndpoint } from '../attacks/contract.ts'
import { argumentsOf, refusalIn } from './call-action.ts'

const action = (given?: ActionEndpoint['given']): ActionEndpoint => ({
  file: 'a.ts',
  name: 'login',
  ...(given && { given }),
})

const fieldsOf = (form: unknown): unknown => (form instanceof FormData ? [...form] : form)

describe('argumentsOf', () => {
  it('makes a form of texts, with the state before it', () => {
    const [state, form] = argumentsOf(action('state'), '{"email":"a\\u0000","password":"\\"b\\""}')
    expect(state).toEqual({})
    expect(fieldsOf(form)).toEqual([
      ['email', 'a\0'],
      ['password', '"b"'],
    ])
  })

  it('sends a field twice that stands twice', () => {
    expect(argumentsOf(action('form'), '{"email":"a","email":"b"}').map(fieldsOf)).toEqual([
      [
        ['email', 'a'],
        ['email', 'b'],
      ],
    ])
  })

  it('sends in place of a form what no form can hold', () => {
    expect(argumentsOf(action('form'), '{"email":{"not":""}}')).toEqual([{ email: { not: '' } }])
    expect(argumentsOf(action('form'), '[1]')).toEqual([[1]])
    expect(argumentsOf(action('object'), '{"email":7}')).toEqual([{ email: 7 }])
    expect(argumentsOf(action('object'), '{')).toEqual(['{'])
    expect(argumentsOf(action(), '{"email":7}')).toEqual([])
  })
})

describe('refusalIn', () => {
  const texts = [{ text: 'No', status: 401 }]

  it('reads the status from the text, and when to come back', () => {
    const refusals = { key: 'error', texts, otherwise: 422 }
    expect(refusalIn({ error: 'No' }, refusals)).toEqual({ status: 401 })
    expect(refusalIn({ error: 'email: Invalid', retryAfter: 3 }, refusals)).toEqual({
      status: 422,
      retryAfter: 3,
    })
    for (const good of [{ done: true }, undefined, null, { error: undefined }])
      expect(refusalIn(good, refusals)).toBeUndefined()
  })

  it('looks where next-safe-action puts it', () => {
    const refusals = { key: 'data.error', texts, otherwise: 422 }
    expect(refusalIn({ data: { error: 'No' } }, refusals)).toEqual({ status: 401 })
    expect(refusalIn({ validationErrors: { email: {} } }, refusals)).toEqual({ status: 422 })
    expect(refusalIn({ data: { done: true } }, refusals)).toBeUndefined()
  })
})
