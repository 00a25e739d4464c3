import type { Plan } from '../../core/recipe.ts'
import type { Habits } from '../../project/habits/habits.ts'
import { fileName } from './naming.ts'

export const folders = ['auth', 'password-auth', 'token-auth'] as const

/** An empty plan where the recipe was applied before: what was edited since stays as it is. */
export function present(habits: Habits): Plan | undefined {
  const { modules, fileNames } = habits.app
  const sign = folders
    .map((folder) => `${modules.value}/${folder}/${fileName('login-budgets', fileNames)}.ts`)
    .find((file) => habits.has(file))
  if (!sign) return undefined
  return {
    change: {
      title: 'Sign in with a password',
      reason: 'It is there already.',
      safety: 'review',
      edits: [],
      creates: [],
    },
    decisions: [
      {
        about: 'Nothing to do',
        choice: `${sign} is there`,
        because: 'The recipe was applied before. What was changed since is yours, and stays.',
        seen: { file: sign, line: 1, column: 1 },
        from: 'project',
      },
    ],
    packages: [],
    endpoints: [],
    variables: [],
    next: [],
    proposals: [],
  }
}
