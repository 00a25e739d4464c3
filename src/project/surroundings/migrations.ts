/** The migrations of the project, statement by statement. */
import { posix } from 'node:path'
import type { Location } from '../../core/finding.ts'
import type { Project } from '../project.ts'

export interface Migration {
  /** `20260301000000_colour` */
  name: string
  file: string
  statements: { text: string; location: Location }[]
}

const kept = new WeakMap<Project, Migration[]>()

/** In the order in which they are applied. */
export function migrationsOf(project: Project): Migration[] {
  const known = kept.get(project)
  if (known) return known
  const found = project.files
    .filter((file) => /(?:^|\/)\d+\w*\/migration\.sql$/.test(file))
    .map((file) => ({
      name: posix.basename(posix.dirname(file)),
      file,
      statements: statementsOf(file, project.sourceText(file) ?? ''),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  kept.set(project, found)
  return found
}

/** Split at `;` at the end of a line: enough for what Prisma writes. */
function statementsOf(file: string, text: string): Migration['statements'] {
  const found: Migration['statements'] = []
  let line = 1
  for (const part of text.split(/(?<=;)[ \t]*\n/)) {
    const plain = part.replace(/^\s*--.*$/gm, '')
    const lead = part.length - part.trimStart().length
    const before = part.slice(0, plain.trim() === '' ? lead : part.indexOf(plain.trim().split('\n')[0] ?? ''))
    if (plain.trim() !== '')
      found.push({
        text: plain.replace(/\s+/g, ' ').trim(),
        location: { file, line: line + before.split('\n').length - 1, column: 1 },
      })
    line += part.split('\n').length
  }
  return found
}

/** The last statement, in the order of application, that a pattern finds. */
export function lastStatement(
  project: Project,
  pattern: RegExp,
): { migration: Migration; text: string; location: Location } | undefined {
  return migrationsOf(project)
    .flatMap((migration) => migration.statements.map((statement) => ({ migration, ...statement })))
    .findLast(({ text }) => pattern.test(text))
}
