import { type Cause, confirmed, hasCode, step, unconfirmed } from '../cause.ts'
import { callStep } from '../words.ts'

export const indexRowTooLarge: Cause = {
  id: 'queries/index-row-too-large',
  title: 'A text too long for the index on it',
  matches: (error) => hasCode('54000')(error) || /index row (?:size|requires) /.test(error.text),
  examine(scene) {
    const named = /index "(\w+)"/.exec(scene.error.text)?.[1]
    const { model } = scene
    const index = model?.indexes.find((one) => {
      const [name] = one.fields.map((field) => field.name)
      const field = model.fields.find((own) => own.name === name)
      const usual = `${model.table}_${one.fields.map((own) => own.name).join('_')}_idx`
      return named !== undefined
        ? (one.map ?? usual) === named
        : field?.type === 'String' &&
            field.nativeType === undefined &&
            one.type === undefined &&
            one.kind === 'index'
    })
    const field = index?.fields[0]?.name ?? 'text'
    const cure = [
      {
        what: 'Take the index away, or let it hold a hash where only equality is asked for.',
        code: `@@index([${field}], type: Hash)`,
      },
      {
        what: 'For search in the text: a GIN index over its words (`to_tsvector`) or trigrams (`gin_trgm_ops`). Postgres indexes 2,704 bytes of a row in a B-tree.',
      },
    ]
    if (!index || !model)
      return unconfirmed('Which index it is, the text and the schema do not tell.', cure, [], callStep(scene))
    return confirmed(
      `${model.name} has a B-tree index on \`${field}\`, whose length nothing limits.`,
      [step(index.location, index.text), ...callStep(scene)],
      cure,
    )
  },
  references: ['https://www.postgresql.org/docs/current/btree.html'],
}
