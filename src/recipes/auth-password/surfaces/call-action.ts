/** A request to a sign-in endpoint that is a server action: called as a browser calls it, its answer with the status that it means. */
import { type ActionApp, callAction } from '../../../runtime/requests/actions.ts'
import type { HttpAnswer, HttpRequest } from '../../../runtime/requests/send.ts'
import type { ActionEndpoint, AuthContract, Endpoint } from '../attacks/contract.ts'

type Refusals = NonNullable<AuthContract['refusals']>

/**
 * Calls the action with the JSON of the body: as a form where it takes one and all fields are texts, else as the object
 * that it is, which anybody can send in place of a form. The body of the answer is what was sent. Throws what
 * `callAction` throws.
 */
export async function callAsAction(
  app: ActionApp,
  refusals: Refusals,
  { action, ok: [ok = 200], path }: Endpoint,
  request: HttpRequest,
): Promise<HttpAnswer> {
  if (!action) throw new Error(`${path} is no action.`)
  // Of the JSON that it was written as.
  const { 'content-type': _, ...headers } = request.headers ?? {}
  const args = argumentsOf(action, request.body)
  const { result, thrown, request: _sent, ...answer } = await callAction(app, action, args, headers)
  const refusal = refusalIn(result, refusals)
  if (refusal) {
    const { status, retryAfter } = refusal
    const told = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }
    return { ...answer, status, headers: { ...answer.headers, ...told } }
  }
  // Next.js refuses calls of other origins itself, with a failure.
  if (answer.status >= 500 && isForeign(app.origin, headers)) return { ...answer, status: 403 }
  return answer.status === 200 && thrown === undefined ? { ...answer, status: ok } : answer
}

const isForeign = (own: string, { origin }: Record<string, string>): boolean =>
  origin !== undefined && origin !== '' && origin !== own

/** What the action is given for a body. */
export function argumentsOf({ given }: ActionEndpoint, body: HttpRequest['body'] = ''): unknown[] {
  if (given === undefined) return []
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body)
  const value = parsed(text)
  if (given === 'object') return [value]
  const form = formOf(text, value) ?? value
  return given === 'state' ? [{}, form] : [form]
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A form, where all that is sent are texts. A key that stands twice is a field that stands twice. */
function formOf(text: string, value: unknown): FormData | undefined {
  if (!isObject(value) || Array.isArray(value)) return undefined
  if (!Object.values(value).every((one) => typeof one === 'string')) return undefined
  const form = new FormData()
  for (const [, key = '""', one = '""'] of text.matchAll(/("(?:[^"\\]|\\.)*")\s*:\s*("(?:[^"\\]|\\.)*")/g))
    form.append(String(JSON.parse(key)), String(JSON.parse(one)))
  return form
}

/** What an action answered, where it is a refusal: the status that its text means. */
export function refusalIn(
  result: unknown,
  { key, texts, otherwise }: Refusals,
): { status: number; retryAfter?: number } | undefined {
  // What next-safe-action itself found wrong with the input.
  if (memberOf(result, 'validationErrors') !== undefined) return { status: otherwise }
  const path = key.split('.')
  const holder = path.slice(0, -1).reduce(memberOf, result)
  const text = memberOf(holder, path.at(-1) ?? '')
  if (typeof text !== 'string') return undefined
  const retryAfter = memberOf(holder, 'retryAfter')
  const status = texts.find((one) => one.text === text)?.status ?? otherwise
  return { status, ...(typeof retryAfter === 'number' && { retryAfter }) }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
const memberOf = (of: unknown, key: string): unknown => (isObject(of) ? Reflect.get(of, key) : undefined)
