/** Where the sign-in goes: route handlers, server actions or tRPC, by what the project uses. */
import { UserError } from '../../../core/error.ts'
import type { Location } from '../../../core/finding.ts'
import type { AuthFacts, AuthInput } from '../input.ts'
import { type ActionStyle, actionStyleOf } from './action-style.ts'
import { type TrpcHome, trpcHomeOf } from './trpc-home.ts'

export type Surface =
  | { kind: 'routes' }
  | { kind: 'trpc'; home: TrpcHome }
  | { kind: 'actions'; style: ActionStyle }

export interface Choice {
  surface: Surface
  because: string
  seen?: Location
  from: 'project' | 'request' | 'default'
}

type Asked = Partial<Pick<AuthInput, 'surface' | 'refreshIn'>>

/** What people mean by something that programs call. */
const API = /\b(?:apis?|endpoints?|routes?|rest|http)\b/i

/** Throws a UserError where tRPC was asked for and the project has none that could be read. */
export function choiceOf(facts: AuthFacts, asked: Asked): Choice {
  const { surface } = asked
  const usual = counted(facts, asked)
  if (surface === undefined || usual.surface.kind === surface) return usual
  const because = 'It was asked for.'
  if (surface === 'routes') return { surface: { kind: 'routes' }, because, from: 'request' }
  if (surface === 'actions')
    return { surface: { kind: 'actions', style: actionStyleOf(facts) }, because, from: 'request' }
  const home = trpcHomeOf(facts)
  if ('missing' in home)
    throw new UserError(
      `The procedures cannot be added: ${home.missing}`,
      'Ask for route handlers instead: --set surface=routes.',
    )
  return { surface: { kind: 'trpc', home }, because, from: 'request' }
}

/** The surfaces that a project has endpoints of; route handlers can be added to any. */
export function possibleIn({ habits }: AuthFacts): Surface['kind'][] {
  const there = new Set(habits.app.surfaces.map(({ kind }) => kind))
  return [
    'routes',
    ...(there.has('procedure') ? (['trpc'] as const) : []),
    ...(there.has('action') ? (['actions'] as const) : []),
  ]
}

/** By the kinds of endpoint that are there, and what the words ask for. */
function counted(facts: AuthFacts, { refreshIn }: Asked): Choice {
  const { surfaces } = facts.habits.app
  const count = (...kinds: string[]): number =>
    surfaces.filter(({ kind }) => kinds.includes(kind)).reduce((sum, one) => sum + one.count, 0)
  const at = (kind: string): Location | undefined => surfaces.find((one) => one.kind === kind)?.at
  const http = count('route', 'api-route', 'graphql')
  const [procedures, actions] = [count('procedure'), count('action')]
  const words = counts(http, procedures, actions)
  if (procedures > http && procedures >= actions) {
    const home = trpcHomeOf(facts)
    if ('missing' in home)
      return routes(`Most of what is there is tRPC (${words}), but ${home.missing}`, at('procedure'))
    const because = `Most of what is there is tRPC: ${words}.`
    return { surface: { kind: 'trpc', home }, because, seen: home.root.at, from: 'project' }
  }
  const forPrograms = refreshIn === 'body' || (http > 0 && API.test(facts.task ?? ''))
  if (actions > http && !forPrograms) {
    const because =
      http === 0
        ? `The project has ${words} and nothing else that is called. The tokens are in cookies that no script reads; for programs: --set surface=routes.`
        : `Most of what is there are server actions: ${words}. For programs that call it: --set surface=routes.`
    const seen = at('action')
    return {
      surface: { kind: 'actions', style: actionStyleOf(facts) },
      because,
      ...(seen && { seen }),
      from: 'project',
    }
  }
  if (actions > http)
    return routes(
      `There are ${words}, but programs can call route handlers alone. For the pages of the project: --set surface=actions.`,
      at('action'),
      'request',
    )
  const [most] = surfaces
  if (http > 0) return routes(`Most of what is there are route handlers: ${words}.`, most?.at)
  return { ...routes('Route handlers, which programs of all kinds can call.', undefined), from: 'default' }
}

function routes(because: string, seen: Location | undefined, from: Choice['from'] = 'project'): Choice {
  return { surface: { kind: 'routes' }, because, ...(seen && { seen }), from }
}

function counts(http: number, procedures: number, actions: number): string {
  const kinds: [number, string][] = [
    [http, 'over HTTP'],
    [procedures, 'procedures'],
    [actions, 'server actions'],
  ]
  const shown = kinds.filter(([count]) => count > 0).sort(([a], [b]) => b - a)
  return shown.map(([count, name]) => `${count} ${name}`).join(', ')
}
