/** What the GraphQL types of a project show: a resolver may give whole rows, and of these only the fields of its type leave. */
import type { Project, Run } from './project.ts'

const SDL = /\.(graphql|gql|graphqls)$/
/** SDL in a template, `gql` or not: a type of TypeScript has `=` before its fields. */
const DECLARES = /\btype\s+\w+(?:\s+implements\s[^{}=`]{1,200}|\s*@[^{}=`]{1,200})?\s*\{/
const IN_SDL = /(?:^|[\s{])(\w+)\s*(?:\([^)]*\))?\s*:/g
/** Pothos and Nexus name fields in quotes, or as keys; TypeGraphQL has them as properties. */
const CODE_FIRST =
  /['"](@pothos\/[\w-]+|nexus|type-graphql|@nestjs\/graphql)['"]|\bbuilder\.(\w*[oO]bject|\w*Node)\w*\(/
const IN_CODE = /['"](\w+)['"]|(?:^|[\s{])(\w+)[!?]?\s*:/g

const known = new WeakMap<Project, ReadonlySet<string>>()

/** Whether an answer of the run can carry a column: always, but for a resolver whose types do not name it. */
export function isShown(project: Project, run: Run, column: string): boolean {
  if (run.endpoint?.kind !== 'resolver') return true
  const names = known.get(project) ?? namesIn(project)
  known.set(project, names)
  // Where no type was found, nothing is known of them.
  return names.size === 0 || names.has(column)
}

function namesIn(project: Project): Set<string> {
  const names = new Set<string>()
  for (const file of [...project.files.filter((one) => SDL.test(one)), ...project.code]) {
    const text = project.sourceText(file) ?? ''
    const found = SDL.test(file)
      ? text.matchAll(IN_SDL)
      : CODE_FIRST.test(text)
        ? text.matchAll(IN_CODE)
        : text.split('`').flatMap((part) => (DECLARES.test(part) ? [...part.matchAll(IN_SDL)] : []))
    for (const [, one, other] of found) {
      const name = one ?? other
      if (name !== undefined) names.add(name)
    }
  }
  return names
}
