import { describe, expect, it } from 'vitest'
import { UserError } from '../core/error.ts'
import { asked } from './ask.ts'

const question = {
  input: 'colour',
  text: 'Which colour?',
  choices: [
    { value: 'red', means: 'as blood' },
    { value: 'blue', means: 'as the sea' },
  ],
  default: 'red',
}

const answered = (prompt: () => Promise<string>, signal?: AbortSignal): Promise<string> =>
  asked(question, prompt, { stderr: { write: () => {}, tty: false }, ...(signal && { signal }) })

/** What `readline` rejects with when the terminal is closed in place of an answer. */
const closed = Object.assign(new Error('Aborted with Ctrl+D'), { name: 'AbortError' })

describe('a question at the terminal', () => {
  it.each([
    [['2'], 'blue'],
    [['blue'], 'blue'],
    [[''], 'red'],
    [['green', '1'], 'red'],
  ])('takes %j as %s', async (typed, value) => {
    expect(await answered(() => Promise.resolve(typed.shift() ?? '2'))).toBe(value)
    expect(typed).toEqual([])
  })

  it('ends without a stack when the terminal is closed, and does nothing', async () => {
    const failure = answered(() => Promise.reject(closed))
    await expect(failure).rejects.toThrow(UserError)
    await expect(failure).rejects.toThrow('There was no answer. Nothing was done.')
  })

  it('leaves Ctrl-C to what ends the run', async () => {
    const stopped = answered(() => Promise.reject(closed), AbortSignal.abort())
    await expect(stopped).rejects.toBe(closed)
  })
})
