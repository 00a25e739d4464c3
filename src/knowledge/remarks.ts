/** What a reader has to know of the names in the samples: which stand for nothing of the project yet. */
import type { Sample } from '../core/guidance.ts'
import { canonical } from './canonical.ts'
import { knowsAnswers } from './imports.ts'
import type { Names } from './names.ts'

export function remarksOn(samples: readonly Sample[], names: Names): string[] {
  const code = samples.map(({ text }) => text).join('\n')
  if (code === '') return []
  const { subject, habits } = names
  const has = (word: string): boolean => new RegExp(`\\b${word}`, 'i').test(code)
  const remarks: string[] = []
  if (subject.entity && !subject.named && has(canonical.model))
    remarks.push(`Shown with ${subject.entity.name}; it is the same for other models.`)
  if (!subject.entity && has(canonical.model))
    remarks.push(`No model to show it with was found: \`${canonical.model}\` stands for one of yours.`)
  const missing = missingNames(names).filter(({ word }) => new RegExp(`\\b${word}\\b`).test(code))
  if (missing.length > 0)
    remarks.push(
      `Not found in this project, so named as we would: ${missing.map(({ word, what }) => `\`${word}\` (${what})`).join(', ')}.`,
    )
  if (subject.entity && has(canonical.tenantKey)) remarks.push(...ownerRemark(names))
  if (has(canonical.session.name) && habits.authentication.accessor)
    remarks.push(
      `\`${habits.authentication.accessor.value.name}\` gives what your session holds; read the keys from there.`,
    )
  return remarks
}

function ownerRemark({ subject, ownerKey, ownerPath }: Names): string[] {
  const name = subject.entity?.name ?? canonical.model
  if (ownerKey === undefined)
    return [`${name} has no owner in the schema: leave the condition on \`${canonical.tenantKey}\` out.`]
  if (ownerPath.length > 0)
    return [`${name} has no \`${ownerKey}\` of its own; it is reached through \`${ownerPath.join('.')}\`.`]
  return []
}

function missingNames({ habits, pairs }: Names): { word: string; what: string }[] {
  const found = new Set(pairs.map(({ from }) => from))
  const models = [
    { word: canonical.child, what: 'the rows that belong to one' },
    { word: canonical.user, what: 'the model that people sign in as' },
    { word: canonical.tenant, what: 'the tenant' },
    { word: canonical.membership, what: 'who belongs to a tenant' },
    { word: canonical.apiKey, what: 'keys of machines' },
    { word: canonical.audit, what: 'who did what' },
    { word: canonical.webhookEvent, what: 'events that came in' },
  ].filter(({ word }) => !found.has(word))
  return [
    ...models,
    ...(habits.client ? [] : [{ word: canonical.client.name, what: 'the shared client' }]),
    ...(habits.answers.respond || knowsAnswers(habits)
      ? []
      : [{ word: canonical.respond, what: 'makes a success response' }]),
    ...(habits.answers.error ? [] : [{ word: canonical.error, what: 'the error class' }]),
    ...(habits.authentication.accessor ? [] : [{ word: canonical.session.name, what: 'who is signed in' }]),
  ]
}
