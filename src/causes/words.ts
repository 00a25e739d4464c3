/** Parts of answers that several causes give. */
import type { CureStep } from '../core/failure.ts'
import type { Location, Step } from '../core/finding.ts'
import type { Query } from '../core/map.ts'
import type { Access } from '../project/flow/events.ts'
import { allDeps } from '../project/flow/value.ts'
import { argument, clientInputs } from '../project/ownership.ts'
import type { Project } from '../project/project.ts'
import { type Scene, step } from './cause.ts'

/** `user.create` as it is written in the project. */
export function callName(project: Project, { model, operation }: Query): string {
  const delegate = model === undefined ? undefined : project.entity(model)?.delegate
  return delegate === undefined ? operation : `${delegate}.${operation}`
}

/** The failed call as evidence; nothing where it could not be told which it was. */
export function callStep({ project, call }: Scene, note = 'the call that failed'): Step[] {
  return call ? [step(call.location, `${callName(project, call)}: ${note}`)] : []
}

/** What an endpoint gave to a call, as the run saw it. */
export function accessOf({ project }: Scene, { location, operation }: Query): Access | undefined {
  for (const { events } of project.runs)
    for (const event of events)
      if (
        event.k === 'access' &&
        event.operation === operation &&
        event.location.file === location.file &&
        event.location.line === location.line
      )
        return event
  return undefined
}

/** Parts of the caller's input in one argument of the failed call: `body.email`. */
export function inputOf(scene: Scene, name: 'where' | 'data'): string[] {
  const access = scene.call && accessOf(scene, scene.call)
  const value = access && argument(access, name)
  return value ? clientInputs(allDeps(value)) : []
}

/** The text of the function around a call, from its first line to the next function: enough to look for a word. */
export const fileText = ({ project }: Scene, location: Location): string =>
  project.sourceText(location.file) ?? ''

/** The failed call is caught by its code in the same file. */
export const answers = (scene: Scene, code: string): boolean =>
  scene.call !== undefined && fileText(scene, scene.call.location).includes(code)

/** Where the project imports its client class from: `@/generated/prisma/client`. */
export function clientImport(project: Project): string {
  for (const file of project.code) {
    const found = /import\s+(?:type\s+)?\{[^}]*\bPrismaClient\b[^}]*\}\s*from\s*['"]([^'"]+)['"]/.exec(
      project.sourceText(file) ?? '',
    )
    if (found?.[1] !== undefined) return found[1]
  }
  return '@prisma/client'
}

/** Code that answers a code of Prisma instead of failing. */
export function catchCode(project: Project, code: string, status: number, words: string): CureStep {
  return {
    what: `Answer ${code} where the call is made, and let every other error pass.`,
    code: `import { Prisma } from '${clientImport(project)}'

try {
  // the call
} catch (error) {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== '${code}') throw error
  return Response.json({ error: '${words}' }, { status: ${status} })
}`,
  }
}
