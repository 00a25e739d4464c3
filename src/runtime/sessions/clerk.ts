/** Sessions of Clerk: a token that the application checks by a key of ours, without asking anyone. */
import type { Entity } from '../../project/data-model.ts'
import { Filler } from './claims.ts'
import type { Missing, Person, Question, Way } from './minter.ts'
import { dependency } from './shape.ts'
import { seconds, signToken } from './tokens.ts'
import { CLERK_KEY } from './variables.ts'

/** What Clerk's id of a user or an organization is called in the application's own tables. */
const THEIR_ID = /clerk|^(external|auth|provider)_?(user|org)?_?id$/i

/** Ways to make a session; nothing when the project does not use the library. */
export function clerk(question: Question): Way[] | Missing | undefined {
  const { project, running } = question
  if (dependency(project, '@clerk/nextjs') === undefined) return undefined
  const key = running.env[CLERK_KEY]
  if (!key)
    return { missing: 'The application was not given a key for sessions of Clerk (`sessionVariables`).' }
  const token = (user: Person): string => {
    const now = seconds()
    const claims = { ...claimsOf(question, user), iat: now - 5, nbf: now - 5, exp: now + 3600 }
    return signToken('RS256', Buffer.from(key), claims, { kid: 'ins_backend_engineer' })
  }
  const way = (how: string, headers: (token: string) => Record<string, string>): Way => ({
    library: 'clerk',
    how,
    guessed: [],
    stored: false,
    mint: async (user) => headers(token(user)),
  })
  return [
    way('cookie __session', (one) => ({
      cookie: `__session=${one}; __client_uat=${seconds() - 60}; __clerk_db_jwt=dvb_backend_engineer`,
    })),
    way('header authorization', (one) => ({ authorization: `Bearer ${one}` })),
  ]
}

/** Version 2 of the session token: https://clerk.com/docs/backend-requests/resources/session-tokens */
function claimsOf({ project, running }: Question, user: Person): Record<string, unknown> {
  const filler = new Filler(project, user)
  const entity = (table: string): Entity | undefined =>
    project.dataModels.flatMap((one) => one.models).find((one) => one.table === table.split('.').at(-1))
  const idOf = ({ table, values }: Person['row']): unknown => {
    const field = entity(table)?.fields.find((one) => !one.relation && THEIR_ID.test(one.name))
    return field && values[field.column]
  }
  const org = user.tenant && (idOf(user.tenant) ?? filler.known('orgId'))
  const sub = String(idOf(user.row) ?? filler.id)
  const role = /admin|owner/i.test(user.role ?? '') ? 'admin' : 'member'
  return {
    v: 2,
    sid: `sess_${sub}`,
    sub,
    iss: issuerOf(running.env.NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY),
    fva: [1, -1],
    sts: 'active',
    ...(org === undefined ? {} : { o: { id: String(org), rol: role, slg: `org-${user.party}` } }),
  }
}

/** The publishable key is the address of the instance in base64, and `$`. */
function issuerOf(key: string | undefined): string {
  const host = Buffer.from(key?.split('_')[2] ?? '', 'base64')
    .toString()
    .replace(/\$$/, '')
  return `https://${host || 'clerk.example.test'}`
}
