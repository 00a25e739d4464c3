import { posix } from 'node:path'
import { UserError } from '../../../core/error.ts'
import type { Habits } from '../../../project/habits/habits.ts'
import type { Hashing } from '../hashing.ts'
import type { AuthFacts } from '../input.ts'
import type { Surface } from './choose.ts'

/** The package that takes the modules and their packages: that of the routers, where it is not that of the application. */
export const homeOf = ({ habits }: AuthFacts, surface: Surface): string =>
  surface.kind === 'trpc' ? surface.home.package : habits.app.folder

/** The habits as they are where the modules go. */
export function habitsOf(facts: AuthFacts, surface: Surface): Habits {
  const { habits, project } = facts
  const home = homeOf(facts, surface)
  if (surface.kind !== 'trpc' || home === habits.app.folder) return habits
  const owner = project.packages.packages.find(({ folder }) => folder === home)
  const root = project.packages.packages.find(({ folder }) => folder === '.')
  const known = { ...root?.dependencies, ...owner?.dependencies }
  const runner = (['vitest', 'jest'] as const).find((name) => known[name] !== undefined)
  return {
    ...habits,
    tests: { ...habits.tests, runner },
    app: { ...habits.app, modules: { value: posix.dirname(surface.home.builder) } },
    packages: {
      ...habits.packages,
      manifest: posix.join(home, 'package.json'),
      asked: owner?.dependencies ?? {},
    },
  }
}

/** Throws a UserError where the functions that hash passwords are in a package that the modules cannot import. */
export function requireReach(facts: AuthFacts, home: string, hashing: Hashing): void {
  if (hashing.kind !== 'own') return
  const { file } = hashing.hash
  const owner = facts.project.packages.packageOf(file)
  const mine = facts.project.packages.packages.find(({ folder }) => folder === home)
  if (!owner || owner.folder === home || mine?.dependencies[owner.name] !== undefined) return
  throw new UserError(
    `${mine?.name ?? home} cannot import the functions that hash passwords: they are in ${file}, which depends on it.`,
    `Move them into ${home}, or ask for route handlers: --set surface=routes.`,
  )
}
