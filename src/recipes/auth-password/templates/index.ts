import type { NewFile } from '../../../core/change.ts'
import type { Target } from '../target.ts'
import { register, signIn } from './accounts.ts'
import { endpoint } from './endpoint.ts'
import { errors, retryLater } from './errors.ts'
import { events } from './events.ts'
import { loginBudgets, rateLimit } from './limits.ts'
import { hashingQueue, passwords } from './passwords.ts'
import { passwordPolicy, schemas } from './policy.ts'
import { network, readJson, sameOrigin } from './request.ts'
import { routes } from './routes.ts'
import { sessions } from './sessions.ts'
import { settings } from './settings.ts'
import { accessTokens, refreshCookie, requireUser, tokenAnswer } from './tokens.ts'

/** All files of the code, unformatted. */
export function codeOf(target: Target): NewFile[] {
  return [
    settings(target),
    ...(target.error.own ? [errors(target)] : []),
    retryLater(target),
    endpoint(target),
    readJson(target),
    ...(target.refreshIn === 'cookie' ? [sameOrigin(target), refreshCookie(target)] : []),
    network(target),
    hashingQueue(target),
    passwords(target),
    passwordPolicy(target),
    schemas(target),
    rateLimit(target),
    loginBudgets(target),
    events(target),
    accessTokens(target),
    sessions(target),
    tokenAnswer(target),
    requireUser(target),
    signIn(target),
    ...(target.register ? [register(target)] : []),
    ...routes(target),
  ]
}
