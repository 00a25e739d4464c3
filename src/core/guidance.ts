import type { Location } from './finding.ts'

/** Something that holds in the project, in one sentence. */
export interface Fact {
  text: string
  at?: Location
}

/** Code that shows what to do, already in the names of the project. */
export interface Sample {
  language: 'ts' | 'prisma' | 'sql' | 'json' | 'sh'
  /** Where it would stand, relative to the root. */
  file?: string
  text: string
}

/** One question of a playbook, answered for the project that was asked about. */
export interface GuidedSection {
  /** `api-design/pagination` */
  id: string
  question: string
  /** What to do: the first thing that is read. Paragraphs. */
  answer: string[]
  /** What the project does today, with places. Empty: nothing there has to do with it. */
  here: Fact[]
  why: string[]
  samples: Sample[]
  /** When the answer does not hold. */
  unless: string[]
  /** Names in the code that stand for something of the project that was not found, or that has to be made first. */
  remarks: string[]
  /** Pages and measurements that the facts come from. */
  sources: string[]
}

/** A topic and the questions that it answers. */
export interface GuideTopic {
  topic: string
  title: string
  summary: string
  sections: { id: string; question: string }[]
}

/** The answer to a how-to or a should-I. One of `sections` and `topics` is empty. */
export interface Guidance {
  sections: GuidedSection[]
  /** What there is to ask about. */
  topics: GuideTopic[]
}
