/** How a call travels: as a plain request, as a server action, as a procedure. */
import { UserError } from '../core/error.ts'
import type { Project } from '../project/project.ts'
import type { RunningApp } from '../runtime/app/bring-up.ts'
import { type ActionAnswer, callAction, pagesOfAction } from '../runtime/requests/actions.ts'
import { asCurl } from '../runtime/requests/curl.ts'
import { callProcedure } from '../runtime/requests/procedures.ts'
import { type HttpAnswer, type HttpRequest, NoAnswer, send } from '../runtime/requests/send.ts'
import { transformerOf } from '../runtime/requests/transformer.ts'
import type { Call, FormFields } from './request.ts'
import type { Plain } from './sample.ts'

export interface Delivery {
  request: HttpRequest
  answer: HttpAnswer
  ok: boolean
  /** For reports: an action's arguments in words instead of its encoding. */
  shown: { method: string; url: string; headers: Record<string, string>; body?: string }
  curl: string[]
}

/** Pages and redirects that refuse: Next.js answers 200 and says the rest in the stream. */
const REFUSED = /NEXT_HTTP_ERROR_FALLBACK;4\d\d|NEXT_REDIRECT;[a-z]+;[^;]*(login|sign-?in|auth)/i
const LOGIN = /log-?in|sign-?in|auth|unauthori[sz]ed|forbidden/i

export async function deliver(
  app: RunningApp,
  project: Project,
  call: Call,
  headers: Record<string, string>,
  id: string,
): Promise<Delivery> {
  if (call.k === 'action') {
    const page = call.page === undefined ? {} : { page: call.page }
    const action = await callAction(
      app,
      { file: call.file, name: call.name, ...page },
      call.args.map(argument),
      headers,
      {
        id,
      },
    ).catch((error: unknown) => {
      if (error instanceof UserError || error instanceof NoAnswer) return failed(error.message, id)
      throw error
    })
    const { request, ...answer } = action
    const body = JSON.stringify(call.args.map((one) => (isForm(one) ? Object.fromEntries(one.form) : one)))
    const shown = {
      method: 'POST',
      url: request.path,
      headers: request.headers ?? {},
      body: `${call.name}(${body.slice(1, -1)})`,
    }
    // Where it was posted to is rendered anew and says nothing of the action.
    const sentAway = LOGIN.test(answer.headers['x-action-redirect'] ?? answer.headers.location ?? '')
    const ok = answer.status > 0 && answer.status < 400 && action.thrown === undefined && !sentAway
    return { request, answer, ok, shown, curl: [asCurl(app.origin, request)] }
  }
  if (call.k === 'procedure') {
    const mount = mountOf(project, call.path)
    const known = transformerOf(project)
    const transformer = known === 'superjson' ? ('superjson' as const) : ('none' as const)
    const target = { path: call.path, type: call.type, mount, transformer }
    const { request, ...answer } = await callProcedure(app.origin, target, call.input, headers, { id }).catch(
      (error: unknown) => {
        if (error instanceof NoAnswer)
          return { ...failed(error.message, id), request: { method: 'GET', path: `${mount}/${call.path}` } }
        throw error
      },
    )
    return {
      request,
      answer,
      ok: answer.status > 0 && answer.status < 300,
      shown: shownOf(request),
      curl: [asCurl(app.origin, request)],
    }
  }
  const request = httpRequest(call, headers, id)
  const answer = await send(app.origin, request).catch((error: unknown) => {
    if (error instanceof NoAnswer) return { status: 0, headers: {}, body: error.message, bytes: 0, ms: 0, id }
    throw error
  })
  return {
    request,
    answer,
    ok: answer.status > 0 && answer.status < 400 && !refuses(answer),
    shown: shownOf(request),
    curl: [asCurl(app.origin, request)],
  }
}

/** The page with the fewest parameters; `undefined` when no page of the build has the action. */
export async function pageOfAction(
  app: RunningApp,
  action: { file: string; name: string },
): Promise<string | undefined> {
  try {
    return (await pagesOfAction(app, action))[0]
  } catch (error) {
    if (error instanceof UserError) return undefined
    throw error
  }
}

/** What stands for an answer when a call could not even be made. */
const failed = (message: string, id: string): ActionAnswer => ({
  status: 0,
  headers: {},
  body: message,
  bytes: 0,
  ms: 0,
  id,
  thrown: message,
  request: { method: 'POST', path: '/' },
})

/** The route that the router is mounted at. */
function mountOf({ map }: Project, _procedure: string): string {
  const route = map.endpoints.find(({ path }) => /trpc\/\[(\.\.\.)?\w+\]$/.test(path))
  return route?.path.replace(/\/\[[^/]*$/, '') ?? '/api/trpc'
}

function httpRequest(call: Call & { k: 'http' }, headers: Record<string, string>, id: string): HttpRequest {
  if (call.json === undefined)
    return { method: call.method, path: call.path, headers: { ...call.headers, ...headers }, id }
  const body = JSON.stringify(call.json)
  return {
    method: call.method,
    path: call.path,
    headers: { 'content-type': 'application/json', ...headers },
    body,
    id,
  }
}

function refuses({ status, headers, body }: HttpAnswer): boolean {
  if (status >= 300 && status < 400) return LOGIN.test(headers.location ?? '')
  return REFUSED.test(body)
}

const shownOf = ({ method, path, headers = {}, body }: HttpRequest): Delivery['shown'] => ({
  method,
  url: path,
  headers,
  ...(typeof body === 'string' ? { body } : {}),
})

const isForm = (value: Plain | FormFields): value is FormFields =>
  typeof value === 'object' && value !== null && 'form' in value && Array.isArray(value.form)

function argument(value: Plain | FormFields): unknown {
  if (!isForm(value)) return value
  const form = new FormData()
  for (const [key, text] of value.form) form.append(key, text)
  return form
}
