/** Facts about a project by the name that playbooks call them. */
import type { Fact } from '../../core/guidance.ts'
import type { About, Facts } from './about.ts'
import * as access from './access.ts'
import * as answers from './answers.ts'
import * as code from './code.ts'
import { lists } from './lists.ts'
import * as schema from './schema.ts'
import * as transactions from './transactions.ts'
import * as work from './work.ts'

export const facts: Readonly<Record<string, Facts>> = {
  lists,
  ...access,
  ...answers,
  ...code,
  ...schema,
  ...transactions,
  ...work,
}

/** All facts of these names; one that was told already is left out. */
export function factsOf(about: About, names: readonly string[]): Fact[] {
  const told = new Set<string>()
  return names
    .flatMap((name) => facts[name]?.(about) ?? [])
    .filter(({ text, at }) => {
      const key = `${text} ${at?.file}:${at?.line}`
      return !told.has(key) && told.add(key)
    })
}
