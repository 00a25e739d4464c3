import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { callStep, catchCode } from '../words.ts'
import { fieldsText, isUnique, violated } from './violated.ts'

export const checkThenCreate: Cause = {
  id: 'constraints/check-then-create',
  title: 'Two requests at once: both find nothing, both create',
  matches: isUnique,
  examine(scene) {
    const { call, project } = scene
    const rule = violated(scene)
    if (!call || !/^(?:create|upsert)$/.test(call.operation))
      return contradicted('The call that failed creates no single row.')
    const [field = ''] = rule?.fields ?? []
    const looked = project.map.queries.find(
      (one) =>
        one.location.file === call.location.file &&
        one.within === call.within &&
        one.model === call.model &&
        /^find|^count/.test(one.operation) &&
        one.location.line < call.location.line &&
        (rule === undefined || new RegExp(`\\b${field}\\b`).test(one.where ?? '')),
    )
    if (!looked)
      return contradicted(
        `Nothing looks for the row before it is created${rule ? ` by ${fieldsText(rule)}` : ''}.`,
      )
    return confirmed(
      `${call.within} looks for the row, and creates it when there is none. Between the two, another request does the same${rule ? `, and ${fieldsText(rule)} is unique` : ''}.`,
      [
        step(looked.location, `${looked.operation}: finds nothing`),
        ...callStep(scene, 'creates it a moment later'),
      ],
      [
        {
          what: 'Let the database decide: create at once, and answer its refusal. The look before may stay, for a faster answer.',
        },
        catchCode(project, 'P2002', 409, `${field || 'value'} is taken`),
        ...(rule?.fields.length === 1
          ? [
              {
                what: 'Where the row should be there afterwards in any case, `upsert` by the unique field with `create` and `update` of scalars is one statement.',
              },
            ]
          : []),
      ],
    )
  },
  references: [
    'https://www.prisma.io/docs/orm/reference/prisma-client-reference#unique-key-constraint-errors-on-upserts',
  ],
}
