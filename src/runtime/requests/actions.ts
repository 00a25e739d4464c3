/** Calls of server actions over HTTP, as a browser makes them. */
import { UserError } from '../../core/error.ts'
import type { Workplace } from '../../sandbox/workplace.ts'
import { type BuiltAction, readManifests } from '../app/manifests.ts'
import { type Codec, openCodec } from './codec.ts'
import { type HttpAnswer, type HttpRequest, send } from './send.ts'

/** The running application, as far as calls of actions need it: a `RunningApp` is one. */
export interface ActionApp {
  origin: string
  mode: 'build' | 'dev'
  /** Absolute paths of the copy. */
  staged: { folder: string; root: string; top: string; workplace: Workplace }
}

/** An action as the map names it. */
export interface ActionName {
  /** Relative to the project's root. */
  file: string
  name: string
  /** A function among other code: its number in the file, and how many there are. The build does not know its name. */
  inline?: { at: number; of: number }
}

export interface ActionCall extends ActionName {
  /** Path to post to, parameters filled in. Absent: a page that bundles the action, `x` for its parameters. */
  page?: string
}

export interface ActionAnswer extends HttpAnswer {
  /** What was sent, for a reproduction. */
  request: HttpRequest
  /** What the action returned; absent when it threw, redirected, or was refused. */
  result?: unknown
  /** What it threw: of a build the digest only. */
  thrown?: string
}

const codecs = new WeakMap<Workplace, Map<string, Codec>>()

function codecFor({ staged, mode }: ActionApp): Codec {
  const { workplace, folder } = staged
  const own = codecs.get(workplace) ?? new Map<string, Codec>()
  codecs.set(workplace, own)
  const known = own.get(`${mode} ${folder}`)
  const codec = known?.hasEnded() === false ? known : openCodec(workplace, folder, mode)
  own.set(`${mode} ${folder}`, codec)
  return codec
}

/**
 * Calls a server action with arguments of any kind that React can send (`FormData`, files, dates, maps, …).
 *
 * Throws `UserError` when the build has no such action: nothing uses it, or Next.js dropped it. An action that is a
 * function inside a component (`$$RSC_SERVER_ACTION_…`) takes what it closes over as an encrypted first argument,
 * which only the page can tell: `readForms`.
 */
export async function callAction(
  app: ActionApp,
  action: ActionCall,
  args: readonly unknown[],
  headers: Record<string, string> = {},
  options: { signal?: AbortSignal; timeLimit?: number; id?: string } = {},
): Promise<ActionAnswer> {
  const { built, basePath } = await builtAction(app, action)
  const codec = codecFor(app)
  const { contentType, body } = await codec.encode(args)
  const request: HttpRequest = {
    method: 'POST',
    path: action.page ?? `${basePath}${pathOf(built)}`,
    headers: { accept: 'text/x-component', 'content-type': contentType, 'next-action': built.id, ...headers },
    body,
    ...(options.id === undefined ? {} : { id: options.id }),
  }
  const answer = await send(app.origin, request, options)
  const outcome = await outcomeOf(codec, answer)
  return { ...answer, ...outcome, request: { ...request, id: answer.id } }
}

/** Routes of the pages that bundle an action, those with the fewest parameters first: where it can be posted to. */
export async function pagesOfAction(app: ActionApp, action: ActionName): Promise<string[]> {
  return pagesOf((await builtAction(app, action)).built)
}

/** The action in the current build. Throws `UserError` when it is not in it. */
export async function builtAction(
  app: ActionApp,
  action: ActionName,
): Promise<{ built: BuiltAction; basePath: string }> {
  const { actions, basePath } = await readManifests(app.staged, app.mode)
  const { file, name } = action
  const named = actions.filter((one) => one.name === name)
  const built =
    named.find((one) => one.file === file) ??
    (action.inline ? numbered(actions, file, action.inline) : named.length === 1 ? named[0] : undefined)
  if (built) return { built, basePath }
  throw new UserError(
    `The build has no server action ${name} of ${file}.`,
    'Next.js leaves out an action that no page uses. In `next dev`, ask for a page that uses it first.',
  )
}

/**
 * Next.js numbers them in the order of the source. Where it kept all, the order tells; where it dropped some that nothing
 * uses, the number does: other functions that it moves out of components are counted too.
 */
function numbered(
  actions: readonly BuiltAction[],
  file: string,
  { at, of }: { at: number; of: number },
): BuiltAction | undefined {
  const found = actions
    .filter((one) => one.file === file)
    .flatMap((one) => {
      const number = /^\$\$RSC_SERVER_ACTION_(\d+)$/.exec(one.name ?? '')?.[1]
      return number === undefined ? [] : [{ one, number: Number(number) }]
    })
    .sort((a, b) => a.number - b.number)
  return (found.length === of ? found[at] : found.find(({ number }) => number === at))?.one
}

/** An intercepting route has no URL of its own. */
function pagesOf({ pages }: BuiltAction): string[] {
  const parameters = (page: string): number => page.split('[').length
  return pages.filter((page) => !/\/\(\.+\)/.test(page)).sort((a, b) => parameters(a) - parameters(b))
}

const pathOf = (built: BuiltAction): string => (pagesOf(built)[0] ?? '/').replace(/\[+[^\]]*\]+/g, 'x')

async function outcomeOf(codec: Codec, answer: HttpAnswer): Promise<{ result?: unknown; thrown?: string }> {
  if (!answer.headers['content-type']?.startsWith('text/x-component') || answer.bytes === 0) return {}
  // A cut answer has its result first: the page comes after.
  return codec.decode(answer.body).catch(() => resultRow(answer.body))
}

/** The row that the result is in, where React could not read the whole: `1:{"ok":true}`. */
function resultRow(body: string): { result?: unknown; thrown?: string } {
  const number = /^0:\{"a":"\$@([0-9a-f]+)"/m.exec(body)?.[1]
  const row = number && new RegExp(`^${number}:(E?)(.*)$`, 'm').exec(body)
  if (!row) return {}
  if (row[1] === 'E') return { thrown: row[2] ?? '' }
  try {
    return { result: JSON.parse(row[2] ?? '') }
  } catch {
    return {}
  }
}
