/** What a surface adds to the plan. */
import type { Edit } from '../../../core/change.ts'
import type { Target } from '../target.ts'
import { actionEndpoints } from './actions.ts'
import { trpcEdits, trpcEndpoints } from './trpc.ts'

/** `POST /api/auth/login`, `mutation auth.login (POST /api/trpc/auth.login)`, `action login (src/actions/auth.ts)` */
export function endpointsOf(t: Target): string[] {
  const { surface } = t.choice
  if (surface.kind === 'trpc') return trpcEndpoints(t, surface.home)
  if (surface.kind === 'actions') return actionEndpoints(t)
  return t.calls.map((call) => `${call === 'me' ? 'GET' : 'POST'} /${t.path}/${call}`)
}

/** Edits of files that are there. Throws a UserError where one is written in a way that is not known. */
export function surfaceEdits(t: Target, read: (file: string) => string | undefined): Edit[] {
  const { surface } = t.choice
  return surface.kind === 'trpc' ? trpcEdits(t, surface.home, read) : []
}
