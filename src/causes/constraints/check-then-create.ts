import type { Query } from '../../core/map.ts'
import {
  type Cause,
  confirmed,
  contradicted,
  type Examination,
  type Scene,
  step,
  unconfirmed,
} from '../cause.ts'
import { callName, callStep, catchCode } from '../words.ts'
import { fieldsText, isUnique, violated } from './violated.ts'

export const checkThenCreate: Cause = {
  id: 'constraints/check-then-create',
  title: 'Two requests at once: both find nothing, both create',
  matches: isUnique,
  examine(scene) {
    const { call, project, error } = scene
    const rule = violated(scene)
    const operation = call?.operation ?? error.call?.operation
    if (operation !== undefined && !/^(?:create|upsert)$/.test(operation))
      return contradicted(`The call that failed is ${operation}: it creates no single row.`)
    const [field = ''] = rule?.fields ?? []
    if (!call) return candidates(scene)
    const looked = lookBefore(scene, call, field)
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

/** The lookup of the same row, earlier in the same function. */
function lookBefore({ project }: Scene, call: Query, field: string): Query | undefined {
  return project.map.queries.find(
    (one) =>
      one.location.file === call.location.file &&
      one.within === call.within &&
      one.model === call.model &&
      /^find|^count/.test(one.operation) &&
      one.location.line < call.location.line &&
      (field === '' || new RegExp(`\\b${field}\\b`).test(one.where ?? '')),
  )
}

/** Where the text does not say which call it was: all that look first and create afterwards. */
function candidates(scene: Scene): Examination {
  const { project, model } = scene
  const [field = ''] = violated(scene)?.fields ?? []
  const found = project.map.queries.filter(
    (one) =>
      one.operation === 'create' &&
      (model === undefined || one.model === model.name) &&
      lookBefore(scene, one, field) !== undefined,
  )
  if (found.length === 0) return contradicted('No call looks for a row and creates it afterwards.')
  return unconfirmed(
    'Which call failed, the text does not say. These look for a row first, and create it when there is none.',
    [catchCode(project, 'P2002', 409, `${field || 'value'} is taken`)],
    ['The stack of the error names the line.'],
    found.slice(0, 4).map((one) => step(one.location, callName(project, one))),
  )
}
