import { describe, expect, it } from 'vitest'
import type { ListedRecipe } from './index.ts'
import { matchRecipe } from './words.ts'

const listed = (id: string, phrases: string[]): ListedRecipe => ({
  id,
  summary: id,
  phrases,
  load: () => Promise.reject(new Error('It is only named here.')),
})

const recipes = [
  {
    ...listed('auth', [
      'login',
      'user credentials',
      'password authentication',
      'jwt tokens',
      'refresh tokens',
    ]),
    unless: ['google'],
  },
  listed('tests', ['tests for an endpoint', 'test an endpoint']),
  listed('limits', ['rate limit', 'limit requests']),
]
const asked = (text: string): string | undefined => matchRecipe(text, recipes)?.recipe.id

describe('from words to a recipe', () => {
  it.each([
    ['I need to create a login API that validates user credentials and returns a JWT token', 'auth'],
    ['create a login API that validates user credentials and returns a JWT token', 'auth'],
    ['let people sign in with a password', 'auth'],
    ['Authenticating users by password', 'auth'],
    ['issue JWTs', undefined],
    ['JWT token please', 'auth'],
    ['write tests for the login endpoint', 'tests'],
    ['testing endpoints', 'tests'],
    ['rate limits on login', 'limits'],
    ['rate limiting', 'limits'],
    ['translate the page to French', undefined],
    ['make an API', undefined],
    ['', undefined],
    ['is the login safe?', undefined],
    ['explain what login does', undefined],
    ['login with google', undefined],
  ])('%j: %s', (text, id) => {
    expect(asked(text)).toBe(id)
  })

  it('says which words named it', () => {
    expect(matchRecipe('a login API with refresh tokens', recipes)?.words).toEqual(['refresh', 'tokens'])
  })
})
