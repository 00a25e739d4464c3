/**
 * What a rendered page gives its reader to call a server action with. The only way to an action that closes over
 * values: they come encrypted, and only the server that rendered the page can make them. A value that was bound with
 * `.bind` comes as plain text, as a hidden field does.
 */
import { type ActionApp, type ActionName, builtAction } from './actions.ts'
import { fieldsIn, json, rowsOf } from './page-text.ts'
import { type HttpAnswer, type HttpRequest, send } from './send.ts'

export interface ActionForm {
  /** Id of the action in this build. */
  id: string
  /** What the page gave before all other arguments. */
  bound: BoundValue[]
  /** The fields with what is in them, in the order of the page. Absent where the page has a script call the action. */
  fields?: FormField[]
}

/** `sealed`: what the function closes over, encrypted for this action alone; nobody but the server can make another. */
export interface BoundValue {
  value: unknown
  sealed: boolean
}

export interface FormField {
  name: string
  value: string
  /** `hidden`, `text`, `number`, `select`, … */
  type: string
}

export interface OpenedPage {
  request: HttpRequest
  answer: HttpAnswer
  /** Several when it is one per row of a list. */
  forms: ActionForm[]
}

/**
 * Opens a page, and reads what on it calls an action. `headers`: those of the user who opens it. Throws `UserError` when
 * the build has no such action.
 */
export async function readForms(
  app: ActionApp,
  page: string,
  action: ActionName,
  headers: Record<string, string> = {},
  options: { signal?: AbortSignal; timeLimit?: number } = {},
): Promise<OpenedPage> {
  const { built } = await builtAction(app, action)
  const request: HttpRequest = { method: 'GET', path: page, headers: { accept: 'text/html', ...headers } }
  const answer = await send(app.origin, request, options)
  return { request, answer, forms: formsIn(answer.body, built.id) }
}

/** All that calls this action: forms and buttons of forms, and references that were handed to scripts. */
export function formsIn(html: string, id: string): ActionForm[] {
  const forms = (html.match(/<form\b[\s\S]*?<\/form>/g) ?? []).flatMap(actionsOf)
  const known = new Set(forms.map(keyOf))
  const handed = referencesIn(rowsOf(html)).filter((one) => !known.has(keyOf(one)))
  return [...forms, ...handed].filter((one) => one.id === id)
}

const keyOf = ({ id, bound }: ActionForm): string =>
  JSON.stringify([id, bound.map(({ value }) => String(value))])

/** A form posts to its own action, and to another one for each button with `formAction`. */
function actionsOf(form: string): ActionForm[] {
  const all = fieldsIn(form)
  const own = all.filter(({ name }) => !name.startsWith('$ACTION_'))
  const submit = own.find(({ type }) => type === 'submit')
  const fields = own.filter((one) => one.type !== 'submit' || one === submit)
  const buttons = new Set(all.map(({ button }) => button))
  return [...buttons].flatMap((button): ActionForm[] => {
    const hidden = all.filter((one) => one.button === button && one.name.startsWith('$ACTION_'))
    const plain = hidden.map(({ name }) => /^\$ACTION_ID_([0-9a-f]+)$/.exec(name)?.[1]).find(Boolean)
    if (plain !== undefined) return [{ id: plain, bound: [], fields: sent(fields, button) }]
    const number = hidden.map(({ name }) => /^\$ACTION_REF_(\d+)$/.exec(name)?.[1]).find(Boolean)
    const rows = new Map(
      hidden.flatMap(({ name, value }) => {
        const row = number === undefined ? undefined : name.split(`$ACTION_${number}:`)[1]
        return row === undefined ? [] : [[row, json(value)] as const]
      }),
    )
    const found = reference(rows.get('0'), rows)
    return found ? [{ ...found, fields: sent(fields, button) }] : []
  })
}

/** The button that is pressed is sent with its value, other buttons are not. */
const sent = (fields: readonly FormField[], button: number | undefined): FormField[] =>
  fields.flatMap(({ name, value, type }) =>
    type === 'submit' && button !== undefined ? [] : [{ name, value, type }],
  )

const referencesIn = (rows: ReadonlyMap<string, unknown>): ActionForm[] =>
  [...rows.values()].flatMap((row) => reference(row, rows) ?? [])

/** `{"id":"…","bound":"$@16"}`, where row 16 is a list of values: `["$@17","plain"]`. */
function reference(row: unknown, rows: ReadonlyMap<string, unknown>): ActionForm | undefined {
  if (typeof row !== 'object' || row === null || !('id' in row) || !('bound' in row)) return undefined
  const { id, bound } = row
  if (typeof id !== 'string' || !/^[0-9a-f]{40,}$/.test(id)) return undefined
  const list = typeof bound === 'string' ? rows.get(bound.replace(/^\$@?/, '')) : []
  if (!Array.isArray(list)) return undefined
  return {
    id,
    bound: list.map((value: unknown) => ({
      value: readValue(value, rows),
      sealed: typeof value === 'string' && /^\$@[0-9a-f]+$/.test(value),
    })),
  }
}

/** As React writes values: a text that begins with `$` is escaped, other kinds begin with `$`. */
function readValue(value: unknown, rows: ReadonlyMap<string, unknown>): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => readValue(one, rows))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, readValue(one, rows)]))
  if (typeof value !== 'string' || !value.startsWith('$')) return value
  if (value.startsWith('$$')) return value.slice(1)
  if (value === '$undefined') return undefined
  if (value.startsWith('$D')) return new Date(value.slice(2))
  if (/^\$n-?\d+$/.test(value)) return BigInt(value.slice(2))
  const row = rows.get(value.replace(/^\$@?/, ''))
  return row === undefined ? value : readValue(row, rows)
}
