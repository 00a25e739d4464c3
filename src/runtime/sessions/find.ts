/** How a session of this application is made without its login. */

import type { Project } from '../../project/project.ts'
import { authJs } from './auth-js.ts'
import { betterAuth } from './better-auth.ts'
import { ironSessions } from './iron-session.ts'
import type { Minter, Missing, Question, Running, Way } from './minter.ts'
import { ownTokens } from './own-token.ts'

type Finder = (question: Question) => Way[] | Missing | undefined | Promise<Way[] | Missing | undefined>

/** In order: a library that manages sessions says more than a token that is signed somewhere. */
const finders: Finder[] = [betterAuth, authJs, ironSessions, ownTokens]

export const HOOK = '.backend-engineer/session.mjs'

const HOW_TO = `Write ${HOOK} in the project: \`export async function mintSession({ user, role, tenant, env }) { return { cookie: '…' } }\`. It gets the seeded rows (column → value) and the variables of the application, and gives the request headers of a signed-in user.`

/**
 * Finds how sessions are made. What is found is a likely reading of the source: check it against an endpoint that wants
 * a session, and try `alternatives` when it is not accepted.
 */
export async function findMinter(project: Project, running: Running): Promise<Minter | Missing> {
  const ways: Way[] = []
  const reasons: string[] = []
  for (const finder of finders) {
    const found = await finder({ project, running })
    if (Array.isArray(found)) ways.push(...found)
    else if (found) reasons.push(found.missing)
  }
  const [first, ...rest] = ways
  if (first) return { ...first, alternatives: rest.map((one) => ({ ...one, alternatives: [] })) }
  const why = reasons.length > 0 ? reasons.join(' ') : 'No library that is known here makes its sessions.'
  return { missing: `${why} ${HOW_TO}` }
}
