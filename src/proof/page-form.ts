/**
 * Calls of actions that only a page makes possible: what a function inside of a component closes over comes encrypted
 * with the page. Somebody who attacks has what the page gives to him, and may change all of it that is plain text.
 */
import type { PartyName } from '../database/seed/world.ts'
import type { ActionForm, BoundValue, FormField } from '../runtime/requests/forms.ts'
import type { HttpRequest } from '../runtime/requests/send.ts'
import type { Actor, Bench } from './bench.ts'
import { meaningByName } from './by-name.ts'
import { type Inputs, inputsOf } from './inputs.ts'
import { type Call, type Fill, type FormFields, httpOf, isForm, isKey, type Template } from './request.ts'
import { castOf } from './rows.ts'
import type { Plain } from './sample.ts'

type ActionCall = Call & { k: 'action' }

/** What was opened before a call, for the call and for the report. */
export interface PageForm {
  /** What the page gave: sent before the other arguments. */
  bound: BoundValue[]
  /** The request that opened the page. */
  opened?: HttpRequest
  /** Who opened it, when it is not the caller. */
  openedBy?: string
  /** Why there is nothing to call the action with. */
  missing?: string
}

/** The path of a page with the rows of one side in its parameters. */
export function pagePath(bench: Bench, template: Template, page: string, fill: Fill): string {
  const runs = bench.project.runs.filter(
    ({ endpoint }) =>
      endpoint?.kind === 'page' && (endpoint.path === page || page.startsWith(`${endpoint.path}/`)),
  )
  const inputs: Inputs = { all: [], schemas: new Map() }
  // The slots of a page read what they need, each of its own.
  for (const one of runs.map((run) => inputsOf(run, bench.dataModel))) {
    for (const [path, schema] of one.schemas) inputs.schemas.set(path, schema)
    for (const input of one.all) {
      const at = inputs.all.findIndex(({ path }) => path === input.path)
      if (at < 0) inputs.all.push(input)
      else if (!inputs.all[at]?.meaning && input.meaning) inputs.all[at] = input
    }
  }
  // `?trip=`: what a link to the page says about a row of that name.
  inputs.all = inputs.all.map((input) => {
    const named = input.meaning ?? meaningByName(bench.dataModel, `${input.path.split('.').at(-1)}Id`)
    return named ? { ...input, meaning: named, use: 'picks' as const } : input
  })
  const endpoint = { ...template.endpoint, kind: 'page' as const, path: page }
  return httpOf({ ...template, endpoint, inputs, method: 'GET' }, fill).path
}

interface Opening {
  actor: Actor
  opener: Actor
  party: PartyName
  /** It is about rows that are not the opener's, so that keys on the page are replaced. */
  foreign: boolean
  about: string | undefined
  turn: number
  /** What the call would be if the action could be called by name. */
  call: ActionCall
  fill: Fill
  /** Values at exact paths: they go over what is on the page. */
  set: ReadonlyMap<string, Plain> | undefined
}

const FORMS = 4
const PAGES = 3

/**
 * Calls of the action that the page gives to somebody: as it is meant when he acts on rows of his own side; else, all that
 * he can make of what he sees of the other side, and of his own form with the other side's keys in it.
 */
export async function callsFromPage(
  bench: Bench,
  template: Template,
  opening: Opening,
): Promise<[ActionCall, ...ActionCall[]]> {
  const { actor, opener, party, call, turn } = opening
  const pages = (await bench.pagesOf(call)).slice(0, PAGES)
  const refusals: string[] = []
  const read = async (side: PartyName): Promise<{ forms: ActionForm[]; opened?: HttpRequest }> => {
    for (const page of pages) {
      const path = pagePath(bench, template, page, fillOf(bench, opening, side))
      const { forms, request, status } = await bench.openPage(call, path, opener)
      if (forms.length > 0) return { forms, opened: request }
      refusals.push(`${path} gave ${opener.name} no form that calls it (status ${status})`)
    }
    return { forms: [] }
  }
  const made = (form: ActionForm, opened: HttpRequest | undefined): ActionCall =>
    filled(template, opening, form, opened)
  const there = await read(party)
  if (opener.party === party) {
    const form = there.forms[turn % Math.max(1, there.forms.length)]
    return form ? [made(form, there.opened)] : [without(template, call, refusals, pages)]
  }
  const calls = there.forms.slice(0, FORMS).map((form) => made(form, there.opened))
  if (actor.party !== undefined && template.inputs.all.some((input) => isKey(bench.dataModel, input))) {
    const own = await read(actor.party)
    calls.push(...own.forms.slice(0, 1).map((form) => made(form, own.opened)))
  }
  const [first, ...others] = calls
  return first ? [first, ...others] : [without(template, call, refusals, pages)]
}

/** A page is opened about rows of one party alone. */
function fillOf(bench: Bench, { opener, party, about, turn, fill }: Opening, side: PartyName): Fill {
  const user = opener.party === side ? opener.user : undefined
  // Who opens the other side's page sees it as somebody of that side would link to it.
  const cast = castOf(bench.world, bench.dataModel, side, {
    about,
    user: side === party ? user : opener.user,
    turn,
  })
  return { unique: fill.unique, bind: (input) => cast.value(input) }
}

/** A function outside of all others closes over nothing: its id is enough. */
function without(template: Template, call: ActionCall, refusals: string[], pages: string[]): ActionCall {
  if (template.run.inline?.nested === false) return call
  const missing = pages.length === 0 ? `no page of the build calls ${call.name}` : refusals.join('; ')
  return { ...call, form: { bound: [], missing } }
}

function filled(
  template: Template,
  opening: Opening,
  form: ActionForm,
  opened: HttpRequest | undefined,
): ActionCall {
  const { call, actor, opener, foreign } = opening
  const parameters = template.run.parameters ?? []
  const plain = form.bound.filter(({ sealed }) => !sealed)
  const bound = plain.map((one, i): BoundValue => {
    const name = parameters[i]?.name
    const value =
      name !== undefined && (isSet(opening, name) || (foreign && isForeign(template, opening, name)))
    return value ? { value: call.args[i], sealed: false } : one
  })
  const rest = call.args.slice(plain.length)
  const at = plain.length
  const name = parameters[at]?.name
  const args =
    form.fields && name !== undefined ? [fieldsFor(name, form.fields, rest[0]), ...rest.slice(1)] : rest
  return {
    ...call,
    page: opened?.path ?? '/',
    args,
    form: {
      bound: [...form.bound.filter(({ sealed }) => sealed), ...bound],
      ...(opened ? { opened } : {}),
      ...(opener === actor ? {} : { openedBy: opener.name }),
    },
  }

  function fieldsFor(
    root: string,
    fields: readonly FormField[],
    arg: Plain | FormFields | undefined,
  ): FormFields {
    const own = new Map(entriesOf(arg))
    const out = fields.flatMap(({ name: key, value, type }): [string, string][] => {
      const path = `${root}.${key}`
      const given = own.get(key)
      own.delete(key)
      const replaced =
        given !== undefined &&
        (isSet(opening, path) || (isTyped(type) ? true : foreign && isForeign(template, opening, path)))
      return [[key, replaced ? fitting(type, given) : value || fitting(type, given ?? '')]]
    })
    return { form: [...out, ...own] }
  }
}

const isSet = ({ set }: Opening, path: string): boolean => set?.has(path) ?? false

/** Which row it is about: what somebody who attacks changes in his own form. */
function isForeign(template: Template, { fill }: Opening, path: string): boolean {
  const input = template.inputs.all.find((one) => one.path === path)
  return input !== undefined && isKey(template.dataModel, input) && fill.bind(input) !== undefined
}

/** A person writes there; the other fields have what the page put into them. */
const isTyped = (type: string): boolean => !/^(hidden|select|radio|checkbox|submit)$/.test(type)

/** What a browser would let somebody send from a field of this type. */
function fitting(type: string, value: string): string {
  if (type === 'number' || type === 'range') return Number.isFinite(Number(value)) ? value || '1' : '1'
  if (type === 'date') return /^\d{4}-\d\d-\d\d/.test(value) ? value.slice(0, 10) : '2032-05-04'
  if (type === 'datetime-local')
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) ? value.slice(0, 16) : '2032-05-04T10:00'
  if (type === 'time') return /^\d\d:\d\d/.test(value) ? value : '10:00'
  return value
}

function entriesOf(arg: Plain | FormFields | undefined): [string, string][] {
  if (typeof arg !== 'object' || arg === null || Array.isArray(arg)) return []
  if (isForm(arg)) return arg.form
  return Object.entries(arg).map(([key, value]) => [
    key,
    typeof value === 'object' ? JSON.stringify(value) : String(value),
  ])
}
