/** Variables that libraries of sessions read by themselves: the code of the project does not name them. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import type { Project } from '../../project/project.ts'
import { isFive } from './auth-js.ts'
import { dependency } from './shape.ts'

/** Holds the private half of the key that Clerk's tokens are signed with; the application has no use for it. */
export const CLERK_KEY = 'BACKEND_ENGINEER_CLERK_KEY'

/** Made up for this run, to be given to the application when it is brought up; `findMinter` reads them there. */
export function sessionVariables(project: Project): Record<string, string> {
  const secret = (): string => randomBytes(32).toString('hex')
  const variables: Record<string, string> = {}
  const nextAuth = dependency(project, 'next-auth')
  if (nextAuth !== undefined) variables.NEXTAUTH_SECRET = secret()
  // Auth.js 5 answers no host that nobody vouched for; for next-auth 4 the same would mean https.
  if (nextAuth !== undefined && isFive(nextAuth))
    Object.assign(variables, { AUTH_SECRET: variables.NEXTAUTH_SECRET, AUTH_TRUST_HOST: 'true' })
  if (dependency(project, 'better-auth') !== undefined) variables.BETTER_AUTH_SECRET = secret()
  if (dependency(project, '@clerk/nextjs') !== undefined) {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    variables.CLERK_JWT_KEY = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    variables[CLERK_KEY] = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  }
  return variables
}
