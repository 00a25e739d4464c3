import { type Cause, confirmed, contradicted, unconfirmed } from '../cause.ts'
import { isUnknownName, unknownName } from '../client/unknown-name.ts'
import { callStep, inputOf } from '../words.ts'

export const bodyAsData: Cause = {
  id: 'queries/body-as-data',
  title: 'What the caller sends goes into the call as it is',
  matches: (error) => isUnknownName(error) && error.codes.every((code) => !code.startsWith('TS')),
  examine(scene) {
    const { call } = scene
    const name = unknownName(scene.error) ?? ''
    const part = call?.data ?? call?.where
    if (!call || part === undefined)
      return unconfirmed('Which call it was, or what it is given, could not be read.', [
        { what: 'Name the fields that may be written, one by one.' },
      ])
    const whole = /^\w/.test(part) || /\.\.\./.test(part)
    if (!whole) return contradicted('The call names its fields one by one.')
    const input = inputOf(scene, 'data')
    return confirmed(
      `\`${name}\` was sent by the caller: ${call.operation} is given \`${part}\` as a whole${input.length > 0 ? ` (${input[0]})` : ''}. Today it fails; with a name that exists (\`role\`, say) it is written.`,
      callStep(scene, `data: ${part}`),
      [
        {
          what: 'Parse the body, and name what may be written.',
          code: `const input = z.strictObject({ ${(scene.model?.fields ?? [])
            .filter((one) => !one.relation && !one.hasDefault && !one.id && !one.optional)
            .map((one) => `${one.name}: z.string()`)
            .join(', ')} })\nconst data = input.parse(await request.json())`,
        },
      ],
    )
  },
  fault: 'input/mass-assignment',
  references: ['https://cwe.mitre.org/data/definitions/915.html'],
}
