/** What a reader has to know of the names in the samples: which stand for nothing of the project yet. */
import type { Sample } from '../core/guidance.ts'
import { withArticle } from '../core/wording.ts'
import { canonical } from './canonical.ts'
import { knowsAnswers } from './imports.ts'
import type { Names } from './names.ts'

/** `Order`, `orders`, `listOrders`; not `orderBy`, not `ORDER BY`. */
const ABOUT_MODEL = /(?:\bo|[a-z\b]?O)rders?(?![a-z]|By)/

export function remarksOn(samples: readonly Sample[], names: Names): string[] {
  const code = samples.map(({ text }) => text).join('\n')
  if (code === '') return []
  const { subject, habits } = names
  const has = (word: string): boolean => new RegExp(`\\b${word}`, 'i').test(code)
  const isAboutModel = ABOUT_MODEL.test(code)
  const remarks: string[] = []
  if (subject.entity && !subject.named && isAboutModel)
    remarks.push(`Shown with ${subject.entity.name}; it is the same for other models.`)
  if (!subject.entity && isAboutModel)
    remarks.push(`No model to show it with was found: \`${canonical.model}\` stands for one of yours.`)
  const missing = missingNames(names).filter(({ word }) =>
    new RegExp(`\\b${word}\\b|\\.${word.charAt(0).toLowerCase()}${word.slice(1)}\\.`).test(code),
  )
  if (missing.length > 0)
    remarks.push(
      `Not found in this project, so named as we would: ${missing.map(({ word, what }) => `\`${word}\` (${what})`).join(', ')}.`,
    )
  if (subject.entity && has(canonical.tenantKey)) remarks.push(...ownerRemark(names))
  remarks.push(
    ...noteRemark(code, names),
    ...columnRemarks(code, names),
    ...requiredRemarks(code, names),
    ...valueRemarks(code, names),
  )
  if (has(canonical.session.name) && habits.authentication.accessor)
    remarks.push(
      `\`${habits.authentication.accessor.value.name}\` gives what your session holds; read the keys from there.`,
    )
  return remarks
}

/** A column that stands for the one that is meant, and was not asked about. */
function noteRemark(code: string, { subject, note }: Names): string[] {
  const isOwn = note !== undefined && subject.field === undefined
  return isOwn && ABOUT_MODEL.test(code) && /\bnote\b/.test(code)
    ? [`Shown with the column \`${note}\`; put the one you mean in its place.`]
    : []
}

/** Columns without which no row can be made, and which the samples do not set. */
function requiredRemarks(code: string, { subject, ownerKey, values }: Names): string[] {
  const { entity } = subject
  const made = new RegExp(`\\b${canonical.model.toLowerCase()}\\.create(?:Many)?\\(`)
  if (!entity || !made.test(code)) return []
  const given = new Set([ownerKey, 'number', ...values.keys()])
  const missing = entity.fields.filter(
    (one) =>
      !one.relation &&
      !one.optional &&
      !one.hasDefault &&
      !one.id &&
      !one.list &&
      !given.has(one.name) &&
      !/^updated_?at$/i.test(one.name),
  )
  if (missing.length === 0) return []
  return [
    `${withArticle(entity.name)} also needs ${missing.map(({ name }) => `\`${name}\``).join(', ')}.`.replace(
      /^a/,
      'A',
    ),
  ]
}

/** Columns of the canonical model that samples write, and the subject has not. */
function columnRemarks(code: string, { subject, note }: Names): string[] {
  const { entity } = subject
  if (!entity || !ABOUT_MODEL.test(code)) return []
  const written = code.replace(/select: \{[^}]*\}/g, '')
  const used = [
    ...(note === undefined && /\bnote\b/.test(written) ? ['note'] : []),
    ...(/\bnumber[,:] |\bnumber \}|"number"/.test(written.replace(/\w+\??: number/g, '')) ? ['number'] : []),
    ...(/\bstatus: (?:'[A-Z]|\{|to\b|status|true)/.test(written) ? ['status'] : []),
  ]
  const missing = used.filter((name) => !entity.fields.some((field) => field.name === name))
  return missing.length === 0
    ? []
    : [
        `${entity.name} has no column ${missing.map((one) => `\`${one}\``).join(', no ')}: put yours in its place.`,
      ]
}

/** Values that stand for others, and those that nothing stands for. */
function valueRemarks(code: string, { values, enums }: Names): string[] {
  const used = (list: readonly string[]): string[] =>
    list.filter((one) => new RegExp(`\\b${one}\\b`).test(code))
  return enums.flatMap(({ name, canonical: from, values: own }) => {
    const words = used(from)
    if (words.length === 0 || words.every((one) => own.includes(one))) return []
    if (words.every((one) => values.has(one)))
      return [`The values are those of ${name}, by their sequence; what each of them means is yours to say.`]
    return [`${words.map((one) => `\`${one}\``).join(', ')}: ${name} has ${own.join(', ')}.`]
  })
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
    { word: canonical.product, what: 'another model of yours' },
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
