/** `--at`: the part of a project that an answer is wanted of. */
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import { type Finding, trailsOf } from '../core/finding.ts'
import type { Endpoint } from '../core/map.ts'
import { nearest } from '../core/nearest.ts'
import type { Project } from '../project/project.ts'

export const atInput = z
  .array(z.string())
  .default([])
  .describe(
    'Only what concerns these endpoints, files, folders or models: `/api/invoices`, `src/app/x/route.ts`, `Invoice`',
  )

/** Findings at one of the places; all where no place is named. Throws a `UserError` for a place that is not there. */
export function findingsAt(findings: readonly Finding[], at: readonly string[], project: Project): Finding[] {
  if (at.length === 0) return [...findings]
  const places = at.map((name) => placeOf(name, project))
  return findings.filter((finding) => places.some((place) => place(finding)))
}

type Place = (finding: Finding) => boolean

function placeOf(name: string, project: Project): Place {
  const wanted = name.toLowerCase().replace(/\/$/, '')
  const model = project.map.models.find((one) => one.name.toLowerCase() === wanted)
  if (model) return ofModel(model.name, project)
  const endpoints = endpointsOf(wanted, project.map.endpoints)
  const named = project.files.filter(
    (file) => file.toLowerCase() === wanted || file.toLowerCase().endsWith(`/${wanted}`),
  )
  const files = named.length > 0 || endpoints.length > 0 ? named : filesBelow(wanted, project.files)
  if (endpoints.length === 0 && files.length === 0) throw unknownPlace(name, project)
  const ids = new Set(endpoints.map(({ id }) => id))
  const inFiles = new Set(files)
  return ({ endpoint, subject, location, evidence }) =>
    (endpoint !== undefined && ids.has(endpoint)) ||
    [...ids].some((id) => subject === id || subject.startsWith(`${id} `)) ||
    inFiles.has(location.file) ||
    trailsOf(evidence).some(({ steps }) => steps.some((step) => inFiles.has(step.location.file)))
}

/** Those of a folder, when that is what was named: `src/app/api/invoices`. */
const filesBelow = (folder: string, files: readonly string[]): string[] =>
  files.filter((file) => `/${file.toLowerCase()}`.includes(`/${folder.replace(/^\.?\//, '')}/`))

/** By id, path or method and path; only when there is none, those below the path. */
function endpointsOf(wanted: string, endpoints: readonly Endpoint[]): Endpoint[] {
  const names = ({ id, path, method }: Endpoint): string[] =>
    [id, path, `${method ?? ''} ${path}`].map((one) => one.toLowerCase())
  const exact = endpoints.filter((one) => names(one).includes(wanted))
  return exact.length > 0
    ? exact
    : endpoints.filter((one) =>
        names(one).some((name) => name.startsWith(`${wanted}/`) || name.includes(`${wanted}/`)),
      )
}

/** What reads or writes it, and its place in the schema. */
function ofModel(name: string, project: Project): Place {
  const touching = project.map.endpoints.filter(
    ({ reads, writes }) => reads.includes(name) || writes.includes(name),
  )
  const ids = new Set(touching.map(({ id }) => id))
  const delegate = project.entity(name)?.delegate ?? name
  return ({ endpoint, subject }) =>
    new RegExp(`\\b(?:${name}|${delegate})\\b`).test(subject) || (endpoint !== undefined && ids.has(endpoint))
}

function unknownPlace(name: string, { map }: Project): UserError {
  const guess = nearest(name, [
    ...map.models.map((one) => one.name),
    ...map.endpoints.flatMap(({ path, id }) => [path, id]),
  ])
  return new UserError(
    `There is no endpoint, file or model "${name}" in ${map.name}.`,
    guess ? `Did you mean "${guess}"?` : 'Run `backend-engineer understand` to see their names.',
  )
}
