/** What a part of the input means, by its name alone: for when no query that was followed tells. */
import type { DataModel, Entity } from '../project/data-model.ts'
import type { Meaning } from './inputs.ts'

const plain = (text: string): string => text.replace(/[^a-z0-9]/gi, '').toLowerCase()

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

function entityNamed(dataModel: DataModel, name: string): Entity | undefined {
  const wanted = plain(name)
  if (wanted === '') return undefined
  const forms = [
    wanted,
    wanted.replace(/ies$/, 'y'),
    wanted.replace(/(s|sh|ch|x)es$/, '$1'),
    wanted.replace(/s$/, ''),
  ]
  const named = dataModel.models.find((one) => forms.includes(plain(one.name)) || plain(one.table) === wanted)
  // `eventId` of a `ScheduledEvent`, when nothing else is an event.
  const ending = dataModel.models.filter(({ name: model }) => model.endsWith(capital(name)))
  return named ?? (ending.length === 1 && wanted.length > 2 ? ending[0] : undefined)
}

/** `websiteId`, `website_id`, `websiteSlug`; a bare `id` is that of `above`: the segment of the path before it. */
export function meaningByName(dataModel: DataModel, name: string, above?: string): Meaning | undefined {
  const [, model, key = ''] = /^(.*?)_?(ids?|Ids?|IDs?|slug|Slug)$/.exec(name) ?? []
  if (model === undefined) return undefined
  const named = entityNamed(dataModel, model === '' ? (above ?? '') : model)
  // `/poll/[urlId]`: what it is an id of is said by the segment before it.
  const entity = named ?? (above === undefined ? undefined : entityNamed(dataModel, above))
  const field = entity?.fields.find((one) => (/slug/i.test(key) ? one.name === 'slug' : one.id))
  return entity && field && { model: entity.name, field: field.name }
}
