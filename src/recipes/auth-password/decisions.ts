/** Why the code is as it is: one line for each convention that it follows, with where it was seen. */
import type { Location } from '../../core/finding.ts'
import type { Decision } from '../../core/recipe.ts'
import { blocks } from './hashing.ts'
import { nameOf } from './source.ts'
import { libraryOf, type Target } from './target.ts'
import { guessed } from './user.ts'

export function decisionsOf(t: Target): Decision[] {
  const { habits } = t
  return [
    paths(t),
    users(t),
    hashing(t),
    {
      about: 'Access token',
      choice: `JWT, HS256, ${t.accessLifetime / 60} minutes, of the type at+jwt, with issuer, audience and session`,
      because:
        'One service makes and reads it, so one secret is enough; its session is looked up on each request.',
      from: 'standard',
    },
    {
      about: 'Refresh token',
      choice: t.refreshIn === 'cookie' ? 'in the cookie __Host-refresh, good once' : 'in the body, good once',
      because: 'RFC 9700: a token that is used twice ends the session, whoever used it first.',
      from: 'standard',
    },
    errors(t),
    answers(t),
    ...(habits.client
      ? [
          seen('Database', habits.client.at, {
            choice: habits.client.value.use,
            because: 'The one client of the project.',
          }),
        ]
      : []),
    seen('Log', habits.logger?.at, {
      choice: habits.logger ? nameOf(habits.logger.value) : 'lines of JSON on the console',
      because: habits.logger ? 'The project logs through it.' : 'The project has no logger.',
    }),
    seen('Modules', habits.app.modules.at, {
      choice: t.part.sessions.replace(/\/[^/]+$/, '/'),
      because: `Modules that are no endpoints are in ${habits.app.modules.value}, named in ${habits.app.fileNames}.`,
    }),
    {
      about: 'Secret',
      choice: 'ACCESS_TOKEN_SECRET, of its own',
      because: 'A secret that also signs something else would let one token pass as the other.',
      from: 'standard',
    },
    ...(habits.environment
      ? [
          seen('Environment', habits.environment.at, {
            choice: `read in ${t.part.settings}, when first needed`,
            because: `In ${habits.environment.value.file} each build, test and developer would have to have the secret at once: list it there when they do.`,
          }),
        ]
      : []),
    {
      about: 'Guessing',
      choice:
        '10 tries for an account from one network in 15 minutes, 100 from a network, 100 for an account in an hour',
      because:
        'Counted in PostgreSQL in one statement, so that parallel tries add up and nobody can lock the owner out.',
      from: 'standard',
    },
    ...libraries(t),
  ]
}

function seen(about: string, at: Location | undefined, rest: Pick<Decision, 'choice' | 'because'>): Decision {
  return { about, ...rest, ...(at && { seen: at }), from: at ? 'project' : 'default' }
}

function paths(t: Target): Decision {
  const { surface, because, seen: at, from } = t.choice
  const taken =
    surface.kind === 'routes' && !t.path.endsWith('/auth') ? ['api/auth is taken, and stays as it is.'] : []
  return {
    about: 'Endpoints',
    choice: placeOf(t),
    because: [...taken, because].join(' '),
    ...(taken.length === 0 && at && { seen: at }),
    from: taken.length > 0 ? 'default' : from,
  }
}

/** Where the endpoints are, in words. */
function placeOf(t: Target): string {
  const { surface } = t.choice
  if (surface.kind === 'trpc') return `procedures ${surface.home.key}.* in ${surface.home.root.file}`
  if (surface.kind === 'actions') return `server actions in ${t.part.actions}, and currentAccount()`
  return t.calls.map((call) => `/${t.path}/${call}`).join(', ')
}

function users({ user, facts, register }: Target): Decision {
  const at = (facts.habits.user ?? guessed(facts))?.at
  const fields = [user.email, user.hash.name, ...(register ? user.filled.map(({ name }) => name) : [])]
  if (user.added)
    return {
      about: 'Users',
      choice: 'a new model User',
      because: 'There was none, and it was asked for.',
      from: 'request',
    }
  return {
    about: 'Users',
    choice: `${user.model}, with ${fields.join(', ')}`,
    because: user.hash.added
      ? `The model stays as it is but for ${user.hash.name}, which is empty for those who have no password yet.`
      : 'The model is there, and stays as it is.',
    ...(at && { seen: at }),
    from: 'project',
  }
}

function hashing({ hashing, habits }: Target): Decision {
  const { kind, seen: there } = hashing
  const at = habits.user?.hashing?.at
  const slow = blocks(hashing)
    ? ' It computes on the thread that answers everybody, so one at a time, and a pause after each; @node-rs/bcrypt verifies hashes of bcrypt beside it.'
    : ''
  return {
    about: 'Passwords',
    choice: kind === 'own' ? 'the functions of the project' : kind,
    because: there
      ? `Stored hashes were made so: people sign in with the passwords that they have.${slow}`
      : 'OWASP: argon2id where nothing else is there.',
    ...(at && { seen: at }),
    from: there ? 'project' : kind.includes('argon2') ? 'standard' : 'request',
  }
}

function answers(t: Target): Decision {
  const { surface } = t.choice
  if (surface.kind === 'trpc')
    return { about: 'Answers', choice: 'the value itself', because: 'tRPC wraps it.', from: 'standard' }
  if (surface.kind === 'actions') {
    const { failure, flag, given, client } = surface.style
    const shape = flag ? `{ ${flag}: false, ${failure}: … }` : `{ ${failure}: … }`
    const words = { state: '(previous, form)', form: 'a form', object: 'an object' }[given]
    return {
      about: 'Answers',
      choice: `${shape} for a refusal; ${client ? `through ${client.name}` : `given ${words}`}`,
      because: 'The other actions are written like this.',
      ...(t.choice.seen && { seen: t.choice.seen }),
      from: t.choice.seen ? 'project' : 'default',
    }
  }
  const { respond, success } = t.habits.answers
  return seen('Answers', respond?.at ?? success.at, {
    choice: respond
      ? `${nameOf(respond.value)}(…)`
      : success.value === undefined
        ? 'the value itself'
        : `{ ${success.value}: … }`,
    because: 'The other endpoints answer like this.',
  })
}

function errors(t: Target): Decision {
  const { surface } = t.choice
  if (surface.kind === 'trpc')
    return {
      about: 'Errors',
      choice: 'TRPCError: UNAUTHORIZED, TOO_MANY_REQUESTS, CONFLICT, BAD_REQUEST, FORBIDDEN',
      because: 'The other procedures fail like this; `Retry-After` says when to come back.',
      seen: surface.home.root.at,
      from: 'project',
    }
  if (surface.kind === 'actions')
    return {
      about: 'Errors',
      choice: 'a class AuthError of its own, answered as a text',
      because: 'What nobody foresaw has to go on to the error boundary, and only that.',
      from: 'standard',
    }
  const { handleError, wrapper, error } = t.habits.answers
  if (t.error.own)
    return {
      about: 'Errors',
      choice: 'a class AuthError of its own, answered in the shape of the other endpoints',
      because: 'The project has no class that carries a status.',
      ...(t.habits.answers.failure.at && { seen: t.habits.answers.failure.at }),
      from: 'default',
    }
  const way = wrapper?.value ?? handleError?.value
  return seen('Errors', error?.at, {
    choice: `new ${nameOf(t.error.from)}(…)${way ? `, answered by ${nameOf(way)}` : ''}`,
    because: 'The other endpoints fail like this.',
  })
}

function libraries({ habits, register }: Target): Decision[] {
  const found = libraryOf(habits)
  if (!found) return []
  const { value, at } = found
  return [
    seen(`Beside ${value}`, at, {
      choice: 'token endpoints for the same users',
      because: `${value} keeps signing people in as before: its sessions and these do not know each other.`,
    }),
    seen('Registration', at, {
      choice: register ? 'as asked for' : 'none',
      because: `A stranger could register the address of someone who signs in with ${value} later, and would share the account.`,
    }),
  ]
}
