/** Brings an error and a project together: which places it names, which call failed, which model it is about. */
import type { Failure, ReadError } from '../core/failure.ts'
import type { Finding, Step } from '../core/finding.ts'
import type { Query } from '../core/map.ts'
import type { Entity } from '../project/data-model.ts'
import type { Project } from '../project/project.ts'
import { placesOf } from '../project/surroundings/places.ts'
import type { Scene } from './cause.ts'

export function sceneOf(
  project: Project,
  failure: Failure,
  error: ReadError,
  findings: (fault: string) => Finding[],
): Scene {
  const places = placesOf(project, error.frames)
  const call = callOf(project, error, places)
  const model = modelOf(project, error, call)
  return { project, failure, error, places, ...(call ? { call } : {}), ...(model ? { model } : {}), findings }
}

/** The call at a place of the stack, else the only one in the project that the text can mean. */
function callOf(project: Project, { call }: ReadError, places: readonly Step[]): Query | undefined {
  const { queries } = project.map
  const fits = (query: Query): boolean =>
    call === undefined ||
    (query.operation === call.operation &&
      (call.delegate === undefined ||
        query.model === undefined ||
        delegateOf(project, query) === call.delegate ||
        query.operation.startsWith('$')))
  for (const { location } of places) {
    const here = queries.filter((query) => query.location.file === location.file && fits(query))
    // Prisma names the line of the operation; of a chain over lines, the client stands above it.
    const found =
      here.find((query) => query.location.line === location.line) ??
      here.find((query) => Math.abs(query.location.line - location.line) <= 2)
    if (found) return found
  }
  const like = call === undefined ? [] : queries.filter(fits)
  return like.length === 1 ? like[0] : undefined
}

const delegateOf = (project: Project, { model }: Query): string | undefined =>
  model === undefined ? undefined : project.entity(model)?.delegate

function modelOf(project: Project, error: ReadError, call: Query | undefined): Entity | undefined {
  if (call?.model !== undefined) return project.entity(call.model)
  const models = project.dataModels.flatMap((one) => one.models)
  const named = /modelName: ['"](\w+)/.exec(error.text)?.[1]
  const table = /(?:table|relation) [`"](?:\w+[."]+)?(\w+)[`"]|table: ['"](?:\w+\.)?(\w+)/.exec(error.text)
  const delegate = error.call?.delegate
  return models.find(
    (one) =>
      one.name === named ||
      (delegate !== undefined && one.delegate === delegate) ||
      (table !== null && one.table === (table[1] ?? table[2])),
  )
}
