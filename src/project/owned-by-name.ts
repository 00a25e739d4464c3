/** Whose a row is where no relation says so, but the names of its columns do. */
import type { Entity } from './data-model.ts'
import { words } from './words.ts'

const PERSON = /^(user|owner) (id|email)$/

/** The columns that no relation is held by. */
const loose = (model: Entity): Entity['fields'] => {
  const related = new Set(model.relations.flatMap(({ keys }) => keys))
  return model.fields.filter(({ name, relation }) => !relation && !related.has(name))
}

/**
 * `organizationId` without a relation, as where `relationMode` or another service keeps the other side; of persons also by what
 * they are to the row, and by their e-mail address: `owner_id`, `userEmail`.
 */
export function namesOwner(model: Entity, owner: Entity, isPerson: boolean): boolean {
  const own = words(owner.delegate).join(' ').replace(/s$/, '')
  return loose(model).some(({ name, unique }) => {
    const said = words(name).join(' ')
    return !unique && (said === `${own} id` || (isPerson && PERSON.test(said)))
  })
}

/** Gives the models that a row of one cannot be without, over at most so many steps: by relations, and by `projectId` alone. */
export function partsOf(models: readonly Entity[], steps: number): (model: Entity) => readonly Entity[] {
  const named = models.map((model) => ({ model, name: words(model.name).join(' ') }))
  const byName = new Map(models.map((model) => [model.name, model]))
  const above = new Map<Entity, readonly Entity[]>()
  const next = (model: Entity): readonly Entity[] => {
    const known = above.get(model)
    if (known) return known
    const found = [
      ...model.relations.flatMap(({ list, optional, keys, model: name }) =>
        list || optional || keys.length === 0 ? [] : (byName.get(name) ?? []),
      ),
      ...loose(model).flatMap(({ name, optional, id }) => {
        const said = words(name)
        return optional || id || said.length < 2 || said.at(-1) !== 'id'
          ? []
          : called(said.slice(0, -1), model)
      }),
    ]
    above.set(model, found)
    return found
  }
  /** The one model of that name, or whose name ends with it. */
  const called = (said: readonly string[], from: Entity): Entity[] => {
    const thing = said.join(' ')
    const others = named.filter(({ model }) => model !== from)
    const exact = others.filter(({ name }) => name === thing)
    const meant = exact.length > 0 ? exact : others.filter(({ name }) => name.endsWith(` ${thing}`))
    return meant.length === 1 ? meant.map(({ model }) => model) : []
  }
  return (model) => {
    const found = new Set<Entity>()
    let last: readonly Entity[] = [model]
    for (let step = 0; step < steps; step++) {
      last = last.flatMap(next).filter((one) => !found.has(one))
      for (const one of last) found.add(one)
    }
    return [...found]
  }
}
