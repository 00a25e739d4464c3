/** Whether a call that nobody waits for was to refuse somebody, or is work that goes on by itself. */
import type { Event, Fact } from './events.ts'
import { isWrite } from './prisma.ts'
import { allDeps, isRole, trusted, union, type Value } from './value.ts'

/** What such functions are called that do something, and may fail at it: mails, statistics, files, caches. */
const WORKS =
  /^(add|cache|capture|clean|clear|create|delete|dispatch|emit|enqueue|export|generate|identify|import|increment|index|invalidate|log|mark|notify|prefetch|process|publish|purge|push|queue|record|refresh|remove|report|revalidate|run|save|schedule|send|set|start|store|sync|touch|track|trigger|update|upload|warm|write)(?![a-z])/

/**
 * `gained`: what holds where the function of the project has returned. `given`: its arguments. `seen`: what it did. A guard has
 * asked about the caller: who it is, a row that was looked up for it, or its role. One that was given what belongs to
 * the caller and failed at something has asked nothing.
 */
export function isGuard(
  name: string,
  gained: readonly Fact[],
  given: readonly Value[],
  seen: readonly Event[],
): boolean {
  if (WORKS.test(name) || seen.some(isWork)) return false
  const known = union(...given.map((value) => allDeps(value)))
  const looked = seen.some((event) => event.k === 'access')
  const told = given.some((value) => isCaller(value))
  return gained.some(({ deps, absent, refuses, presence }) => {
    if (absent || !trusted(deps)) return false
    const own = [...deps].filter((dep) => !known.has(dep))
    return (
      refuses === true ||
      (told && !presence) ||
      own.some(
        (dep) =>
          /^(identity|member|credential):/.test(dep) ||
          (looked && dep.startsWith('row:')) ||
          (dep.startsWith('field:') && isRole(dep.slice(6))),
      )
    )
  })
}

/** The caller, or an id of the caller. */
const isCaller = ({ deps }: Value): boolean =>
  trusted(deps) && [...deps].every((dep) => /^(identity|field):/.test(dep))

/** It does something, and may fail at it. */
export const isWork = (event: Event): boolean =>
  (event.k === 'access' && isWrite(event.operation)) ||
  (event.k === 'remote' && event.writes) ||
  event.k === 'costly' ||
  event.k === 'raw'
