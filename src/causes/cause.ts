/** What gives an error, and how the project tells whether it did here. */
import type { CauseVerdict, CureStep, ExaminedCause, Failure, ReadError } from '../core/failure.ts'
import type { Finding, Location, Step } from '../core/finding.ts'
import type { Query } from '../core/map.ts'
import type { Entity } from '../project/data-model.ts'
import type { Project } from '../project/project.ts'

/** The error and the project that it is held against. */
export interface Scene {
  project: Project
  failure: Failure
  error: ReadError
  /** Places of the project in the stack of the error, innermost first. */
  places: readonly Step[]
  /** The Prisma call that failed, where the text or its stack names it. */
  call?: Query
  /** The model of that call, else the one that the text names. */
  model?: Entity
  /** Findings of one of our faults, by its id. */
  findings(fault: string): Finding[]
}

/** What a cause says of a scene. */
export interface Examination {
  verdict: CauseVerdict
  why: string
  evidence: Step[]
  cure: CureStep[]
  check?: string[]
}

/** One cause of failures. */
export interface Cause {
  /** `<topic>/<cause>`, equal to its path under `src/causes/`. Never changes. */
  id: string
  /** A noun phrase: what is wrong. */
  title: string
  /** The text of an error that it gives. Several causes give the same. */
  matches(error: ReadError): boolean
  /** Looks for it in the project. */
  examine(scene: Scene): Examination
  /** The fault of ours that finds the same without an error. */
  fault?: string
  references: string[]
}

export const confirmed = (
  why: string,
  evidence: Step[],
  cure: CureStep[],
  check?: string[],
): Examination => ({
  verdict: 'confirmed',
  why,
  evidence,
  cure,
  ...(check ? { check } : {}),
})

export const unconfirmed = (
  why: string,
  cure: CureStep[],
  check: string[] = [],
  evidence: Step[] = [],
): Examination => ({ verdict: 'unconfirmed', why, evidence, cure, check })

export const contradicted = (why: string, evidence: Step[] = []): Examination => ({
  verdict: 'contradicted',
  why,
  evidence,
  cure: [],
})

export const step = (location: Location, note: string): Step => ({ location, note })

/** A test for any of some codes. */
export const hasCode =
  (...codes: string[]) =>
  (error: ReadError): boolean =>
    codes.some((code) => error.codes.includes(code))

const rank: Record<CauseVerdict, number> = { confirmed: 0, unconfirmed: 1, contradicted: 2 }

/**
 * The causes that give such an error, held against the project. Confirmed ones first, among them those whose evidence is
 * where the stack leads, then in the order of the catalogue; contradicted ones last.
 */
export function examineAll(causes: readonly Cause[], scene: Scene): ExaminedCause[] {
  const examined = causes
    .filter((cause) => cause.matches(scene.error))
    .map(({ id, title, references, fault, examine }): ExaminedCause => {
      const { check = [], ...examination } = examine(scene)
      return { id, title, ...examination, check, ...(fault ? { fault } : {}), references }
    })
  const distance = (one: ExaminedCause): number => distanceFrom(scene.places, one.evidence)
  return examined
    .map((one, order) => ({ one, order }))
    .sort(
      (a, b) =>
        rank[a.one.verdict] - rank[b.one.verdict] || distance(a.one) - distance(b.one) || a.order - b.order,
    )
    .map(({ one }) => one)
}

/** 0: at a line of the stack; 1: in a file of it; 2: elsewhere. */
function distanceFrom(places: readonly Step[], evidence: readonly Step[]): number {
  const near = evidence.map(({ location }) => {
    const same = places.filter((place) => place.location.file === location.file)
    if (same.length === 0) return 2
    return same.some((place) => place.location.line === location.line) ? 0 : 1
  })
  return Math.min(2, ...near)
}
