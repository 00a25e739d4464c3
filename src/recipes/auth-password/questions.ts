import type { Question } from '../../core/recipe.ts'
import type { AuthFacts, AuthInput } from './input.ts'
import { choiceOf, possibleIn } from './surfaces/choose.ts'
import { libraryOf } from './target.ts'
import { guessed } from './user.ts'

/** What the project does not say: who calls the endpoints, and what to do where somebody signs people in already. */
export function questions(facts: AuthFacts, input: Partial<AuthInput>): Question[] {
  const { habits } = facts
  const asked: Question[] = []
  const possible = possibleIn(facts)
  if (input.surface === undefined && possible.length > 1)
    asked.push({
      input: 'surface',
      text: 'How is it called?',
      choices: possible.map((value) => ({ value, means: surfaces[value] })),
      default: choiceOf(facts, input).surface.kind,
    })
  // Server actions have a browser on the other side.
  if (input.refreshIn === undefined && choiceOf(facts, input).surface.kind !== 'actions')
    asked.push({
      input: 'refreshIn',
      text: 'Who calls these endpoints?',
      choices: [
        {
          value: 'cookie',
          means: 'a browser, on this origin: the refresh token is a cookie that scripts cannot read',
        },
        { value: 'body', means: 'apps and servers: the refresh token is in the body, and they keep it' },
      ],
      default: 'cookie',
    })
  const library = libraryOf(habits)
  if (library && input.register === undefined)
    asked.push({
      input: 'register',
      text: `People sign in with ${library.value} here. May strangers register with a password as well?`,
      choices: [
        { value: 'false', means: 'no: passwords are for users that are there, once they have set one' },
        { value: 'true', means: 'yes, though their addresses are not confirmed' },
      ],
      default: 'false',
    })
  if (!habits.user && !guessed(facts) && input.createUser === undefined)
    asked.push({
      input: 'createUser',
      text: 'There is no model of people who sign in. Add one?',
      choices: [
        { value: 'true', means: 'a model User with email and password hash' },
        { value: 'false', means: 'stop here' },
      ],
      default: 'false',
    })
  return asked
}

const surfaces = {
  routes: 'route handlers, which programs of all kinds can call',
  trpc: 'procedures of the tRPC router',
  actions: 'server actions, by the pages of this application: tokens are in cookies alone',
}
