/** What can be added to a project. A recipe is loaded when it was chosen. */
import type { Recipe } from '../core/recipe.ts'
import type { Habits } from '../project/habits/habits.ts'
import type { Project } from '../project/project.ts'
import type { LiveBench } from '../proof/live-bench.ts'

/** What a recipe may ask. */
export interface RecipeFacts {
  habits: Habits
  project: Project
}

export type AnyRecipe = Recipe<unknown, RecipeFacts, LiveBench>

export interface ListedRecipe {
  id: string
  /** One line: what the project has afterwards. */
  summary: string
  /** How people ask for it. Of a phrase, the words that carry meaning count, in any order. */
  phrases: string[]
  load(): Promise<AnyRecipe>
}

export const recipes: readonly ListedRecipe[] = []
