/** Edits of `.env.example`: which variables the application needs, for all to read. Values that are in use stay out. */
import type { Edit, NewFile } from '../core/change.ts'

export interface ExampleVariable {
  name: string
  /** What it holds, in one or more lines; they become comments. */
  why: string
  /** Stands behind the `=`; nothing for a secret. Quoted where it needs to be. */
  value?: string
}

/**
 * Adds variables at the end of the file, each with its comment. Those that are there, also as a comment (`# NAME=`), stay
 * as they are. `text` is absent when there is no file yet: then it is made.
 */
export function addToExample(
  file: string,
  text: string | undefined,
  variables: readonly ExampleVariable[],
): { edits: Edit[]; creates: NewFile[]; added: string[] } {
  if (/(?:^|\/)\.env(?:\.(?:local|development|production|test))*$/.test(file))
    throw new Error(`${file} holds the values in use: it is not for a recipe to write.`)
  const present = namesIn(text ?? '')
  const missing = variables.filter(
    ({ name }, index) => !present.has(name) && variables.findIndex((one) => one.name === name) === index,
  )
  const added = missing.map(({ name }) => name)
  if (missing.length === 0) return { edits: [], creates: [], added }
  const block = missing.map((one) => linesOf(one, text)).join(isSpaced(text) ? '\n\n' : '\n')
  if (text === undefined) return { edits: [], creates: [{ file, text: `${block}\n` }], added }
  return { edits: [{ file, ...appended(text, block) }], creates: [], added }
}

const assignment = /^[ \t]*(?:#[ \t]*)?(?:export[ \t]+)?([A-Za-z_][\w.]*)[ \t]*=/

function namesIn(text: string): Set<string> {
  return new Set(text.split('\n').flatMap((line) => assignment.exec(line)?.[1] ?? []))
}

function linesOf({ name, why, value = '' }: ExampleVariable, text: string | undefined): string {
  const comments = why.split('\n').map((line) => `# ${line}`.trimEnd())
  return [...comments, `${name}=${quoted(value, text ?? '')}`].join('\n')
}

/** Quoted where the file quotes its values, and where blanks or a `#` would end the value. */
function quoted(value: string, text: string): string {
  const habit = /^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.]*[ \t]*=[ \t]*(["'])/m.exec(text)?.[1]
  const bare = /^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.]*[ \t]*=[ \t]*[^\s"'#]/m.test(text)
  if (!/[\s#"'$`\\]/.test(value)) return habit !== undefined && !bare ? habit + value + habit : value
  return value.includes('"') ? `'${value}'` : `"${value}"`
}

/** Blank lines stand between the variables: in a new file too. */
function isSpaced(text: string | undefined): boolean {
  return text === undefined || text.trim() === '' || /=[^\n]*\n[ \t]*\r?\n/.test(text)
}

/** Behind the last line that says something; the blank lines at the end stay there. */
function appended(text: string, block: string): Omit<Edit, 'file'> {
  if (text.trim() === '') return { from: 0, to: text.length, text: `${block}\n` }
  const end = text.trimEnd().length
  const gap = isSpaced(text) || assignment.exec(text.slice(text.lastIndexOf('\n', end - 1) + 1)) === null
  return { from: end, to: end, text: `\n${gap ? '\n' : ''}${block}${end === text.length ? '\n' : ''}` }
}
