import type { NewFile } from '../../../core/change.ts'
import { actionsCode } from '../surfaces/actions.ts'
import { trpcCode } from '../surfaces/trpc.ts'
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
    ...(target.refreshIn === 'cookie' ? [sameOrigin(target)] : []),
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
    signIn(target),
    ...(target.register ? [register(target)] : []),
    ...surfaceCode(target),
  ]
}

function surfaceCode(target: Target): NewFile[] {
  const { surface } = target.choice
  if (surface.kind === 'trpc') return [requireUser(target), ...trpcCode(target, surface.home)]
  if (surface.kind === 'actions') return actionsCode(target, surface.style)
  return [
    endpoint(target),
    readJson(target),
    ...(target.refreshIn === 'cookie' ? [refreshCookie(target)] : []),
    tokenAnswer(target),
    requireUser(target),
    ...routes(target),
  ]
}
