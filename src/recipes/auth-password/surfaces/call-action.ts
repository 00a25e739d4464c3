/** A request to a sign-in endpoint that is a server action: called as a browser calls it, its answer with the status that it means. */
import { type ActionApp, callAction } from '../../../runtime/requests/actions.ts'
import type { HttpAnswer, HttpRequest } from '../../../runtime/requests/send.ts'
import type { ActionEndpoint, AuthContract, Endpoint } from '../attacks/contract.ts'

/**
 * Calls the action with the JSON of the body: as a form where it takes one and all fields are texts, else as the object
 * that it is, which anybody can send in place of a form. Throws what `callAction` throws.
 */
export async function callAsAction(
  app: ActionApp,
  { refusals }: AuthContract,
  { action, ok }: Endpoint,
  request: HttpRequest,
): Promise<HttpAnswer> {
  if (!action) throw new Error(`${request.path} is no action.`)
  const { 'content-type': _, ...headers } = request.headers ?? {}
  const {
    result,
    thrown,
    request: sent,
    ...answer
  } = await callAction(app, action, argumentsOf(action, request.body), headers)
  const told = toldBy(result, refusals?.key ?? 'error')
  if (told.text === undefined) {
    // Next.js refuses other origins itself, before the action is called.
    if (answer.status >= 500 && isForeign(app.origin, headers)) return { ...answer, status: 403 }
    return {
      ...answer,
      status: answer.status === 200 && thrown === undefined ? (ok[0] ?? 200) : answer.status,
    }
  }
  const status = refusals?.texts.find(({ text }) => text === told.text)?.status ?? refusals?.otherwise ?? 400
  return {
    ...answer,
    status,
    headers: {
      ...answer.headers,
      ...(told.retryAfter === undefined ? {} : { 'retry-after': String(told.retryAfter) }),
    },
  }
}

function argumentsOf({ given }: ActionEndpoint, body: HttpRequest['body']): unknown[] {
  if (given === undefined) return []
  const value = parsedBody(body)
  if (given === 'object') return [value]
  const form = formOf(String(body ?? ''), value)
  return given === 'state' ? [{}, form ?? value] : [form ?? value]
}

function parsedBody(body: HttpRequest['body']): unknown {
  try {
    return JSON.parse(String(body ?? ''))
  } catch {
    return body
  }
}

/** A form, where all that is sent are texts: a key that stands twice is a field that stands twice. */
function formOf(text: string, value: unknown): FormData | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  if (!Object.values(value).every((one) => typeof one === 'string')) return undefined
  const form = new FormData()
  for (const [, key = '', one = ''] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*")/g))
    form.append(String(JSON.parse(key)), String(JSON.parse(one)))
  return form
}

const isForeign = (origin: string, { origin: from }: Record<string, string>): boolean =>
  from !== undefined && from !== '' && from !== origin

/** The text of a refusal in what an action answered, at `error` or `data.error`. */
function toldBy(result: unknown, path: string): { text?: string; retryAfter?: number } {
  let at = result
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  for (const key of keys) at = typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined
  if (isObject(result) && 'validationErrors' in result && result.validationErrors !== undefined)
    return { text: 'validationErrors' }
  if (!isObject(at)) return {}
  const text: unknown = Reflect.get(at, last)
  const retryAfter: unknown = Reflect.get(at, 'retryAfter')
  return {
    ...(typeof text === 'string' && { text }),
    ...(typeof retryAfter === 'number' && { retryAfter }),
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
