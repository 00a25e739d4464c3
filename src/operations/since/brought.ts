/** Of the findings of today, those that were not there at an earlier commit. */
import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { unchangedLines } from '../../changes/unchanged-lines.ts'
import { type Finding, type Location, trailsOf } from '../../core/finding.ts'
import { textOf } from '../../source/files.ts'
import type { Earlier } from './earlier.ts'

export interface Brought {
  findings: Finding[]
  /** How many open findings were there before. */
  before: number
}

/**
 * A finding is brought by the change when the earlier tree had none like it: same fault, file and subject, or same fault on
 * the same unchanged line (a route that was moved has another subject). So a finding in an untouched function of a touched
 * file is not, and one in an untouched file, whose guard was changed elsewhere, is. One that was only possible, or that a
 * comment hid, and is neither now, is brought, too. `root`: absolute, what the places of findings are relative to.
 */
export function broughtBy(
  now: readonly Finding[],
  then: readonly Finding[],
  earlier: Earlier,
  root: string,
): Brought {
  const places = placesIn(earlier, root)
  const left = new Set(then.filter((one) => one.certainty !== 'refuted'))
  const known = new Map<Finding, Finding>()
  const rounds: ((one: Finding, old: Finding) => boolean)[] = [
    (one, old) => isSameSubject(one, old, places) && isAt(places.was(one.location), old.location),
    (one, old) => isSameSubject(one, old, places),
    (one, old) => one.fault === old.fault && isAt(places.was(one.location), old.location),
  ]
  for (const isSame of rounds)
    for (const one of now) {
      if (known.has(one)) continue
      const old = [...left].find((other) => other.fault === one.fault && isSame(one, other))
      if (!old) continue
      known.set(one, old)
      left.delete(old)
    }
  const findings = now.filter((one) => isWorse(one, known.get(one)))
  const brought = new Set(findings)
  return {
    findings: findings.map((one) => ({ ...one, brought: reasonOf(one, places, earlier.ref) })),
    before: now.filter((one) => !brought.has(one) && !one.suppressed).length,
  }
}

function isWorse(now: Finding, old: Finding | undefined): boolean {
  if (!old) return true
  if (old.suppressed && !now.suppressed) return old.suppressed.by === 'comment'
  return old.certainty === 'possible' && now.certainty !== 'possible'
}

interface Places {
  /** Where it was, when the line is as it was. */
  was(location: Location): Location | undefined
  oldFile(file: string): string | undefined
}

const isAt = (place: Location | undefined, other: Location): boolean =>
  place !== undefined && place.file === other.file && place.line === other.line

const isSameSubject = (one: Finding, old: Finding, places: Places): boolean =>
  one.subject === old.subject && places.oldFile(one.location.file) === old.location.file

function placesIn(earlier: Earlier, root: string): Places {
  const lines = new Map<string, Map<number, number>>()
  const linesOf = (path: string, before: string): Map<number, number> => {
    const kept = lines.get(path) ?? unchangedLines(before, textOf(readFileSync(path)) ?? '')
    lines.set(path, kept)
    return kept
  }
  const oldFile = (file: string): string | undefined => {
    const change = earlier.changed.get(join(root, file))
    if (!change) return file
    return change.was === undefined ? undefined : relative(root, change.was).split(sep).join('/')
  }
  return {
    oldFile,
    was(location) {
      const path = join(root, location.file)
      const change = earlier.changed.get(path)
      if (!change) return location
      const before = change.was === undefined ? undefined : earlier.instead.get(change.was)
      const file = oldFile(location.file)
      if (before === undefined || file === undefined) return undefined
      const line = linesOf(path, before).get(location.line)
      return line === undefined ? undefined : { ...location, file, line }
    },
  }
}

function reasonOf(finding: Finding, places: Places, since: string): NonNullable<Finding['brought']> {
  const path = trailsOf(finding.evidence).flatMap(({ steps }) => steps.map(({ location }) => location))
  const by = [finding.location, ...path].find((one) => places.was(one) === undefined)
  return by === undefined ? { since } : { since, by }
}
