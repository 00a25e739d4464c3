/** Where the endpoints of each surface are, and what of the attacks can have no meaning there. */
import type { AuthContract, Endpoint } from '../attacks/contract.ts'
import { ACTIONS_PAGE, ME_FOLDER } from '../scaffold.ts'
import { apiPath, type Call, type Target } from '../target.ts'
import { label } from '../templates/accounts.ts'
import { waiting } from '../templates/errors.ts'
import { actionNames } from './actions.ts'

interface Delivery extends Pick<AuthContract, 'without' | 'mediaTypes' | 'refusals'> {
  endpoint(call: Call): Endpoint
  /** Keys around what is answered. */
  envelope: string[]
}

export function deliveryOf(t: Target): Delivery {
  const { surface } = t.choice
  if (surface.kind === 'trpc') {
    const { key, mount, transformer } = surface.home
    const plain = transformer !== 'superjson'
    return {
      endpoint: (call) => ({
        method: call === 'me' ? 'GET' : 'POST',
        path: `${mount.path}/${key}.${call}`,
        ok: [200],
        ...(call !== 'me' && { headers: { 'content-type': 'application/json' } }),
        ...(!plain && { within: 'json' }),
      }),
      envelope: ['result', 'data', ...(plain ? [] : ['json'])],
      without: {
        'large-body-chunked':
          'tRPC reads bodies itself, and a procedure cannot know the size of one that does not tell its length: that limit belongs to the server or a proxy, for all procedures.',
      },
    }
  }
  if (surface.kind === 'actions') return actionDelivery(t)
  const envelope = t.habits.answers.success.value
  return {
    endpoint: (call) => ({
      method: call === 'me' ? 'GET' : 'POST',
      path: `/${t.path}/${call}`,
      ok: [success[call]],
    }),
    envelope: envelope === undefined ? [] : [envelope],
  }
}

const success = { register: 201, login: 200, refresh: 200, logout: 204, me: 200 } as const

const READ_BY_NEXT =
  'Next.js reads the body of an action before it is called, up to `serverActions.bodySizeLimit` (1 MB): what is no call does not reach it.'

function actionDelivery(t: Target): Delivery {
  const { surface } = t.choice
  const given = surface.kind === 'actions' ? surface.style.given : 'object'
  return {
    endpoint: (call) =>
      call === 'me'
        ? { method: 'GET', path: `/${apiPath(t.habits)}/${ME_FOLDER}`, ok: [200] }
        : {
            method: 'POST',
            path: `/${ACTIONS_PAGE}?${actionNames[call]}`,
            ok: [200],
            action: {
              file: t.part.actions,
              name: actionNames[call],
              ...((call === 'login' || call === 'register') && { given }),
            },
          },
    envelope: [],
    mediaTypes: ['text/x-component'],
    refusals: refusals(t),
    without: {
      'bad-json': READ_BY_NEXT,
      'large-body': READ_BY_NEXT,
      'large-body-chunked': READ_BY_NEXT,
      'content-type':
        'Next.js takes a call of any content type, and compares the origin instead: the attacks of other sites try that.',
      'other-methods':
        'An action has no address of its own: a page is asked with another method, not the action.',
    },
  }
}

/** Texts of refusals, as the modules have them. */
function refusals(t: Target): NonNullable<AuthContract['refusals']> {
  const { surface } = t.choice
  const name = label(t.user.email)
  const texts = [
    { text: `${name} or password is wrong`, status: 401 },
    { text: 'Sign in to continue', status: 401 },
    { text: 'Requests from other sites are not accepted', status: 403 },
    { text: `An account with this ${name.toLowerCase()} exists already`, status: 409 },
    { text: waiting.limited, status: 429 },
    { text: waiting.busy, status: 503 },
  ]
  const style = surface.kind === 'actions' ? surface.style : undefined
  const key = style?.failure ?? 'error'
  return { key: style?.client ? `data.${key}` : key, texts, otherwise: 422 }
}
