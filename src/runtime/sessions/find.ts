/** How a session of this application is made without its login. */
import type { Project } from '../../project/project.ts'
import { authJs } from './auth-js.ts'
import { betterAuth } from './better-auth.ts'
import { clerk } from './clerk.ts'
import { HOW_TO, hook } from './hook.ts'
import { ironSessions } from './iron-session.ts'
import type { Minter, Missing, Question, Running, Way } from './minter.ts'
import { ownTokens } from './own-token.ts'
import { rowKeys, rowSessions } from './row-credential.ts'

type Finder = (question: Question) => Way[] | Missing | undefined

/** In order: the user's word, then a library that manages sessions, then what the project does itself. */
const finders: Finder[] = [hook, betterAuth, authJs, clerk, ironSessions, ownTokens, rowSessions]

/**
 * Finds how sessions are made. What is found is a likely reading of the source: check it against an endpoint that wants
 * a session, and try `alternatives` when it is not accepted.
 */
export async function findMinter(project: Project, running: Running): Promise<Minter | Missing> {
  return firstOf(finders, { project, running }, 'No library that is known here makes its sessions.')
}

/** The same for endpoints that ask for an API key: it speaks for the user's tenant. */
export async function findKeyMinter(project: Project, running: Running): Promise<Minter | Missing> {
  return firstOf([rowKeys], { project, running }, 'No table of API keys was recognized.')
}

function firstOf(among: readonly Finder[], question: Question, otherwise: string): Minter | Missing {
  const ways: Way[] = []
  const reasons: string[] = []
  for (const finder of among) {
    const found = finder(question)
    if (Array.isArray(found)) ways.push(...found)
    else if (found) reasons.push(found.missing)
  }
  const [first, ...rest] = ways
  if (first) return { ...first, alternatives: rest.map((one) => ({ ...one, alternatives: [] })) }
  return { missing: `${reasons.join(' ') || otherwise} ${HOW_TO}` }
}
