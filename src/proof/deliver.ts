/** How a call travels: as a plain request, as a server action, as a procedure. */
import { inspect } from 'node:util'
import { UserError } from '../core/error.ts'
import type { Project } from '../project/project.ts'
import type { RunningApp } from '../runtime/app/bring-up.ts'
import { type ActionAnswer, type ActionName, callAction, pagesOfAction } from '../runtime/requests/actions.ts'
import { asCurl } from '../runtime/requests/curl.ts'
import { readForms } from '../runtime/requests/forms.ts'
import { serverOf } from '../runtime/requests/procedure-server.ts'
import { callProcedure } from '../runtime/requests/procedures.ts'
import { type HttpAnswer, type HttpRequest, NoAnswer, send } from '../runtime/requests/send.ts'
import { transformerOf } from '../runtime/requests/transformer.ts'
import type { Opened } from './bench.ts'
import { type Call, type FormFields, isForm } from './request.ts'
import type { Plain } from './sample.ts'

type ActionCall = Call & { k: 'action' }

export interface Delivery {
  request: HttpRequest
  answer: HttpAnswer
  ok: boolean
  /** What the call itself told, where the answer holds more: of an action, not the page that is rendered anew after it. */
  told?: string
  /** For reports: an action's arguments in words instead of its encoding. */
  shown: { method: string; url: string; headers: Record<string, string>; body?: string }
  curl: string[]
}

/** Pages and redirects that refuse: Next.js answers 200 and says the rest in the stream. */
const REFUSED = /NEXT_HTTP_ERROR_FALLBACK;4\d\d|NEXT_REDIRECT;[a-z]+;[^;]*(login|sign-?in|auth)/i
/** The result of a builder's action (next-safe-action) that did not run, or failed. */
const SAYS_NO = /^\w+:\{"(?:serverError|validationErrors)":/m
const LOGIN = /log-?in|sign-?in|auth|unauthori[sz]ed|forbidden/i

export async function deliver(
  app: RunningApp,
  project: Project,
  call: Call,
  headers: Record<string, string>,
  id: string,
): Promise<Delivery> {
  if (call.k === 'action') {
    const action = await callOrFail(app, call, headers, id)
    const { request, ...answer } = action
    const shown = {
      method: 'POST',
      url: request.path,
      headers: request.headers ?? {},
      body: `${call.name}(${inWords(call)})`,
    }
    const sentAway = LOGIN.test(answer.headers['x-action-redirect'] ?? answer.headers.location ?? '')
    const ok =
      answer.status > 0 &&
      answer.status < 400 &&
      action.thrown === undefined &&
      !sentAway &&
      !SAYS_NO.test(answer.body)
    return {
      request,
      answer,
      ok,
      told: toldBy(action),
      shown,
      curl: [...openingLines(app, call), asCurl(app.origin, request)],
    }
  }
  if (call.k === 'procedure') {
    const known = transformerOf(project)
    const transformer = known === 'superjson' ? ('superjson' as const) : ('none' as const)
    const server = serverOf(project)
    const { mount } = server
    const target = { path: call.path, type: call.type, transformer, ...server }
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
  let request = httpRequest(call, headers, id)
  let answer = await sendOrFail(app, request)
  const marked = markedPath(request, answer)
  if (marked !== undefined) {
    request = { ...request, path: marked }
    answer = await sendOrFail(app, request)
  }
  return {
    request,
    answer,
    ok: answer.status > 0 && answer.status < 400 && !refuses(answer),
    shown: shownOf(request),
    curl: [asCurl(app.origin, request)],
  }
}

async function callOrFail(
  app: RunningApp,
  call: ActionCall,
  headers: Record<string, string>,
  id: string,
): Promise<ActionAnswer> {
  const { file, name, page, inline, form } = call
  if (form?.missing !== undefined) return failed(form.missing, id)
  const action = { file, name, ...(inline ? { inline } : {}), ...(page === undefined ? {} : { page }) }
  const args = [...(form?.bound ?? []).map(({ value }) => value), ...call.args.map(argument)]
  return callAction(app, action, args, headers, { id }).catch((error: unknown) => {
    if (error instanceof UserError || error instanceof NoAnswer) return failed(error.message, id)
    throw error
  })
}

/**
 * What the action returned. After `revalidatePath` and a redirect, the answer holds a page as well: whoever asks for the
 * page sees the same, whatever the action did.
 */
function toldBy(action: ActionAnswer): string {
  if ('result' in action)
    return inspect(action.result, { ...EVERYTHING, breakLength: Number.POSITIVE_INFINITY })
  if (action.thrown !== undefined) return action.thrown
  const first = /^0:\{"a":.*$/m.exec(action.body)?.[0]
  return first === undefined || /"f":/.test(first) ? '' : action.body
}

const EVERYTHING = { depth: null, maxArrayLength: null, maxStringLength: null }

/** The arguments as a reader knows them. */
function inWords({ args, form }: ActionCall): string {
  const bound = (form?.bound ?? []).map(({ value, sealed }) =>
    sealed ? `‹encrypted in ${form?.opened?.path ?? 'the page'}›` : JSON.stringify(value),
  )
  const own = args.map((one) => JSON.stringify(isForm(one) ? Object.fromEntries(one.form) : one))
  return [...bound, ...own].join(', ')
}

/** What is encrypted comes from the page, which has to be opened first; it is good as long as this build runs. */
function openingLines(app: RunningApp, { form }: ActionCall): string[] {
  if (!form?.opened || !form.bound.some(({ sealed }) => sealed)) return []
  const who = form.openedBy === undefined ? '' : `, opened by ${form.openedBy}`
  return [
    `# The page that calls it${who}. The encrypted argument below is from this page, and good for this build alone.`,
    asCurl(app.origin, form.opened),
  ]
}

/** Routes of the pages that have the action; none when the build does not. */
export async function pagesOfBuilt(app: RunningApp, action: ActionName): Promise<string[]> {
  try {
    return await pagesOfAction(app, action)
  } catch (error) {
    if (error instanceof UserError) return []
    throw error
  }
}

/** A page as somebody sees it; one that does not answer has nothing on it. */
export async function opening(
  app: RunningApp,
  action: ActionName,
  path: string,
  headers: Record<string, string>,
): Promise<Opened> {
  try {
    const { request, answer, forms } = await readForms(app, path, action, headers)
    return { request, status: answer.status, forms }
  } catch (error) {
    if (error instanceof NoAnswer || error instanceof UserError)
      return { request: { method: 'GET', path }, status: 0, forms: [] }
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

const sendOrFail = (app: RunningApp, request: HttpRequest): Promise<HttpAnswer> =>
  send(app.origin, request).catch((error: unknown) => {
    if (error instanceof NoAnswer)
      return { status: 0, headers: {}, body: error.message, bytes: 0, ms: 0, id: request.id ?? '' }
    throw error
  })

/** Who navigates within the application has a mark of the headers in the address: Next.js says which one it wants. */
function markedPath(request: HttpRequest, { status, headers }: HttpAnswer): string | undefined {
  const { location } = headers
  if (request.headers?.rsc === undefined || status !== 307 || location === undefined) return undefined
  const base = 'http://127.0.0.1'
  if (!URL.canParse(location, base)) return undefined
  const to = new URL(location, base)
  const same = to.pathname === new URL(request.path, base).pathname
  return same && to.searchParams.has('_rsc') ? `${to.pathname}${to.search}` : undefined
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

function argument(value: Plain | FormFields): unknown {
  if (!isForm(value)) return value
  const form = new FormData()
  for (const [key, text] of value.form) form.append(key, text)
  return form
}
