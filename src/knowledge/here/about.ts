/** What facts about a project are read from. */
import type { Finding } from '../../core/finding.ts'
import type { Fact } from '../../core/guidance.ts'
import type { Query } from '../../core/map.ts'
import type { Entity } from '../../project/data-model.ts'
import type { Habits } from '../../project/habits/habits.ts'
import type { Project } from '../../project/project.ts'
import { type Expr, placeOf } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Subject } from '../subject.ts'

export interface About {
  project: Project
  habits: Habits
  subject: Subject
  /** What a review finds, those that are accepted left out. */
  findings: readonly Finding[]
}

/** Facts of one kind, the most telling first. Empty: the project has nothing of the kind. */
export type Facts = (about: About) => Fact[]

/** So many of one kind are shown; the rest is counted. */
const SHOWN = 3

/** The first facts, and how many there are besides. */
export function some(facts: readonly Fact[], noun: string): Fact[] {
  const rest = facts.length - SHOWN
  if (rest <= 0) return [...facts]
  return [...facts.slice(0, SHOWN), { text: `and ${rest} more ${rest === 1 ? noun : `${noun}s`} like it` }]
}

/** The calls of the model in question; of all models where the question names none. */
export function callsOf({ project, subject }: About, operation: RegExp): Query[] {
  const wanted = subject.named ? subject.entity?.name : undefined
  return project.map.queries.filter(
    (one) => operation.test(one.operation) && (wanted === undefined || one.model === wanted),
  )
}

/** The models in question: the one that was named, or all. */
export function modelsOf({ project, subject }: About): Entity[] {
  if (subject.named && subject.entity) return [subject.entity]
  return project.dataModels.flatMap(({ models }) => models)
}

/** Version range of the first of these packages that the application asks for. */
export function packageOf({ habits }: About, ...names: string[]): string | undefined {
  return names.find((name) => habits.packages.asked[name] !== undefined)
}

/** Every call in the code for which `test` gives a text, with its place. */
export function callsWhere(
  { project }: About,
  test: (call: Expr & { k: 'call' }, file: string) => string | undefined,
): Fact[] {
  return project.code.flatMap((file) => {
    const syntax = project.program.syntax(file)
    const found: Fact[] = []
    if (syntax)
      walk(syntax, (expr) => {
        const text = expr.k === 'call' ? test(expr, file) : undefined
        if (text !== undefined) found.push({ text, at: placeOf(syntax, expr.at) })
      })
    return found
  })
}

/** `fetch` of `fetch(url)`, `revalidateTag` of `cache.revalidateTag()`. */
export function calledName({ callee }: Expr & { k: 'call' }): string | undefined {
  return callee.k === 'name' ? callee.name : callee.k === 'member' ? callee.key : undefined
}

/** Whether any expression inside of another one is what `test` looks for. Functions that are written in it are entered. */
export function holds(about: About, file: string, outer: Expr, test: (expr: Expr) => boolean): boolean {
  const syntax = about.project.program.syntax(file)
  const [first] = outer.k === 'call' ? outer.args : []
  const fn = first?.k === 'fn' ? syntax?.functions[first.fn] : undefined
  if (!syntax || !fn) return false
  let found = false
  walk(syntax, (expr) => {
    if (expr.at > fn.at && expr.at < fn.end && test(expr)) found = true
  })
  return found
}

/** Files of the project whose path matches. */
export const filesLike = ({ project }: About, pattern: RegExp): string[] =>
  project.files.filter((file) => pattern.test(file))

export const startOf = (file: string): { file: string; line: number; column: number } => ({
  file,
  line: 1,
  column: 1,
})
