import { type Cause, confirmed, hasCode, unconfirmed } from '../cause.ts'
import { callStep, inputOf } from '../words.ts'

export const nulInText: Cause = {
  id: 'queries/nul-in-text',
  title: 'A text with a NUL byte, which Postgres does not store',
  matches: (error) =>
    (hasCode('22021')(error) || /invalid byte sequence for encoding "UTF8": 0x00/.test(error.text)) &&
    /0x00/.test(error.text),
  examine(scene) {
    const input = [...inputOf(scene, 'data'), ...inputOf(scene, 'where')]
    const cure = [
      {
        what: 'Refuse it where the input is parsed. It is no mistake of a user: somebody tries things out.',
        code: "const text = z.string().refine((value) => !value.includes('\\0'))",
      },
    ]
    if (!scene.call || input.length === 0)
      return unconfirmed(
        'Some text that was written or looked for has a NUL byte.',
        cure,
        [],
        callStep(scene),
      )
    return confirmed(
      `What the caller sends (${input.slice(0, 3).join(', ')}) is passed on with any character in it.`,
      callStep(scene),
      cure,
    )
  },
  references: ['https://www.postgresql.org/docs/current/datatype-character.html'],
}
