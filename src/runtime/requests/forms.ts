/**
 * Forms of a page that post to a server action, as a browser without JavaScript sends them. The only way to an action
 * that is a function inside a component: what it closes over is encrypted in the page.
 */
import { type ActionAnswer, type ActionApp, type ActionName, builtAction } from './actions.ts'
import { type HttpRequest, send } from './send.ts'

export interface ActionForm {
  /** Path of the page, to which it posts. */
  page: string
  /** Id of the action in this build. */
  id: string
  /** What names the action, and what it closes over: sent as it is. */
  hidden: [string, string][]
  /** The fields that a person fills in, with what is in them. */
  fields: Record<string, string>
}

type Options = { signal?: AbortSignal; timeLimit?: number; id?: string }

/**
 * The forms of a page that post to an action, in the order of the page; several when it is one per row of a list.
 * `headers`: those of a user who may see the page. Throws `UserError` when the build has no such action.
 */
export async function readForms(
  app: ActionApp,
  page: string,
  action: ActionName,
  headers: Record<string, string> = {},
  options: Options = {},
): Promise<ActionForm[]> {
  const { built } = await builtAction(app, action)
  const answer = await send(app.origin, { method: 'GET', path: page, headers }, options)
  const forms = answer.body.match(/<form\b[\s\S]*?<\/form>/g) ?? []
  return forms.flatMap((text) => formIn(text, page) ?? []).filter((form) => form.id === built.id)
}

/** Posts a form with these values; `headers` may be another user's than the one who read it. */
export async function submitForm(
  app: ActionApp,
  form: ActionForm,
  values: Record<string, string | Blob>,
  headers: Record<string, string> = {},
  options: Options = {},
): Promise<ActionAnswer> {
  const data = new FormData()
  for (const [name, value] of form.hidden) data.append(name, value)
  for (const [name, value] of Object.entries({ ...form.fields, ...values })) data.append(name, value)
  const body = new Response(data)
  const request: HttpRequest = {
    method: 'POST',
    path: form.page,
    headers: { 'content-type': body.headers.get('content-type') ?? '', accept: 'text/html', ...headers },
    body: new Uint8Array(await body.arrayBuffer()),
    ...(options.id === undefined ? {} : { id: options.id }),
  }
  const answer = await send(app.origin, request, options)
  return { ...answer, request: { ...request, id: answer.id } }
}

function formIn(text: string, page: string): ActionForm | undefined {
  const hidden: [string, string][] = []
  const fields: Record<string, string> = {}
  for (const [, tag = '', inside = ''] of text.matchAll(/<(input|select|textarea)\b([^>]*)>/g)) {
    const name = attribute(inside, 'name')
    if (name === undefined) continue
    const value = attribute(inside, 'value') ?? ''
    if (name.startsWith('$ACTION_')) hidden.push([name, value])
    else if (tag !== 'input' || attribute(inside, 'type') !== 'file') fields[name] = value
  }
  const id = hidden.map(([name, value]) => idIn(name, value)).find((one) => one !== undefined)
  return id === undefined ? undefined : { page, id, hidden, fields }
}

/** `$ACTION_ID_<id>`, or `{"id":"…","bound":…}` where something is closed over. */
function idIn(name: string, value: string): string | undefined {
  const plain = /^\$ACTION_ID_([0-9a-f]+)$/.exec(name)?.[1]
  return plain ?? (/^\$ACTION_\d+:0$/.test(name) ? /"id":"([0-9a-f]+)"/.exec(value)?.[1] : undefined)
}

function attribute(inside: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(inside)?.[1]
  return value?.replace(/&(?:quot|#x27|#39|lt|gt|amp);/g, (one) => ENTITIES[one] ?? one)
}

/** Those that React writes. */
const ENTITIES: Record<string, string> = {
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
}
