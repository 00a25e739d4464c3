import type { Query } from '../../core/map.ts'
import type { Entity } from '../../project/data-model.ts'
import type { Project } from '../../project/project.ts'
import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { answers, callName, callStep, catchCode, inputOf } from '../words.ts'
import { fieldsText, isUnique, violated } from './violated.ts'

export const duplicateNotAnswered: Cause = {
  id: 'constraints/duplicate-not-answered',
  title: 'A value that is taken, and nothing answers the refusal',
  matches: isUnique,
  examine(scene) {
    const { call, project } = scene
    const rule = violated(scene)
    const field = rule?.fields.at(-1) ?? 'value'
    const cure = [catchCode(project, 'P2002', 409, `${field} is taken`)]
    if (!call) {
      const writers = rule ? writersOf(project, rule.model) : []
      return unconfirmed(
        `${rule ? fieldsText(rule) : 'A value'} is taken already. Which call wrote it is not in the text${writers.length > 0 ? '; these can' : ''}.`,
        cure,
        [],
        writers.slice(0, 4).map((one) => step(one.location, callName(project, one))),
      )
    }
    if (answers(scene, 'P2002')) return contradicted('P2002 is answered in this file.')
    const input = inputOf(scene, 'data')
    return confirmed(
      `${rule ? fieldsText(rule) : 'The value'} is unique${input.length > 0 ? `, the caller sends it (${input.slice(0, 3).join(', ')})` : ''}, and nothing catches P2002: the caller gets a 500.`,
      callStep(scene, 'P2002 is not answered'),
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/error-reference#p2002'],
}

/** The calls that can give a row of the model a value that is taken. */
const writersOf = (project: Project, { name }: Entity): Query[] =>
  project.map.queries.filter((one) => one.model === name && /^(?:create|update|upsert)/.test(one.operation))
