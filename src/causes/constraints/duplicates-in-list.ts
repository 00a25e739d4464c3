import { type Cause, confirmed, contradicted, step, unconfirmed } from '../cause.ts'
import { callStep, inputOf } from '../words.ts'
import { fieldsText, isUnique, violated } from './violated.ts'

export const duplicatesInList: Cause = {
  id: 'constraints/duplicates-in-list',
  title: 'A list is written at once, and one of its rows is there already or twice in it',
  matches: isUnique,
  examine(scene) {
    const { call, project } = scene
    const operation = call?.operation ?? scene.error.call?.operation
    const lists = project.map.queries.filter((one) => /^createMany/.test(one.operation))
    if (operation === undefined && lists.length > 0)
      return unconfirmed(
        'Which call failed, the text does not say. These write a list.',
        [{ what: 'Give the whole stack; or add `skipDuplicates: true` where rows may be there already.' }],
        [],
        lists.slice(0, 4).map((one) => step(one.location, `${one.operation}`)),
      )
    if (!call || !/^createMany/.test(call.operation))
      return contradicted(
        operation === undefined
          ? 'No call writes a list.'
          : `The call that failed is ${operation}: it writes no list.`,
      )
    const around = (project.sourceText(call.location.file) ?? '')
      .split('\n')
      .slice(call.location.line - 1, call.location.line + 12)
    if (around.join('\n').includes('skipDuplicates')) return contradicted('The call has skipDuplicates.')
    const rule = violated(scene)
    const input = inputOf(scene, 'data')
    const name = rule?.fields[0] ?? 'sku'
    return confirmed(
      `createMany writes all rows or none${rule ? `, and ${fieldsText(rule)} is unique` : ''}${input.length > 0 ? `; the list comes from the caller (${input[0]})` : ''}.`,
      callStep(scene, 'no skipDuplicates'),
      [
        {
          what: 'Leave out what is there already.',
          code: `await prisma.${rule?.model.delegate ?? 'model'}.createMany({ data, skipDuplicates: true })`,
        },
        {
          what: `Or refuse a list that names one twice, and answer 409.`,
          code: `if (new Set(data.map((one) => one.${name})).size < data.length) return Response.json({ error: '${name} twice' }, { status: 422 })`,
        },
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/prisma-client-reference#createmany'],
}
