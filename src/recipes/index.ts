/** What can be added to a project. A recipe is loaded when it was chosen. */
import type { Finding } from '../core/finding.ts'
import type { Recipe } from '../core/recipe.ts'
import type { Habits } from '../project/habits/habits.ts'
import type { Project } from '../project/project.ts'
import type { LiveBench } from '../proof/live-bench.ts'

/** What a recipe may ask. */
export interface RecipeFacts {
  habits: Habits
  project: Project
  /** What a review of the project finds, for who has to tell faults from what is meant. */
  findings?(): readonly Finding[]
  /** The time in UTC, `YYYYMMDDhhmmss`: for the name of a migration. */
  stamp: string
  /** What was asked for, in the words of the user. */
  task?: string | undefined
}

export type AnyRecipe = Recipe<unknown, RecipeFacts, LiveBench>

export interface ListedRecipe {
  id: string
  /** One line: what the project has afterwards. */
  summary: string
  /** How people ask for it. Of a phrase, the words that carry meaning count, in any order. */
  phrases: string[]
  /** What a text says that asks for something else, though a phrase is in it: `google login`. */
  unless?: string[]
  load(): Promise<AnyRecipe>
}

export const recipes: readonly ListedRecipe[] = [
  {
    id: 'auth-password',
    summary: 'Register, login with a JWT, refresh, logout and me, for the users that are there',
    phrases: [
      'login endpoint',
      'login route',
      'login credentials',
      'login jwt token',
      'login password',
      'login',
      'sign in with password',
      'user authentication password',
      'authentication jwt',
      'jwt authentication',
      'authenticate users email password',
      'validate user credentials return jwt token',
      'register login users',
      'signup login',
      'refresh token rotation',
      'access refresh tokens',
      'issue jwt',
      'password auth',
      'jwt auth',
      'refresh tokens',
      'token authentication',
      'authenticate users',
    ],
    unless: [
      'tests',
      'google',
      'github',
      'facebook',
      'apple',
      'microsoft',
      'social',
      'oauth',
      'oidc',
      'saml',
      'sso',
      'magic link',
      'passkeys',
      'webauthn',
      'mfa',
      '2fa',
      'totp',
      'two factor',
      'reset',
      'forgot',
      'forgotten',
      'page',
      'form',
      'screen',
      'rate limits',
      'audit',
    ],
    load: async () => (await import('./auth-password/index.ts')).authPassword,
  },
  {
    id: 'endpoint-tests',
    summary: 'Tests for an endpoint that is there, which notice when a guard, a condition or a check is gone',
    phrases: ['tests endpoint', 'tests route', 'integration tests', 'unit tests', 'tests'],
    unless: ['e2e', 'playwright', 'cypress', 'browser', 'load test', 'component tests'],
    load: async () => (await import('./endpoint-tests/index.ts')).endpointTests,
  },
]
