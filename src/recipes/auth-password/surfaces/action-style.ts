/** How a project writes its server actions: what they are given, what they answer, where they stand. */
import { posix } from 'node:path'
import type { Import } from '../../../project/habits/habits.ts'
import type { AuthFacts } from '../input.ts'
import { fileName } from '../naming.ts'

export interface ActionStyle {
  /** `state`: `(previous, form)` for `useActionState`; `form`: a FormData; `object`: an object with types. */
  given: 'state' | 'form' | 'object'
  /** The client of next-safe-action, and the method that takes the schema. */
  client?: Import & { schema: 'inputSchema' | 'schema' }
  /** Key of the text of a failure. */
  failure: string
  /** Key that is false in a failure and true in a success: `ok`. */
  flag?: string
  /** Module of the new actions; absent where the project has no folder for actions. */
  file?: string
}

const SERVER = /^\s*(?:\/\*[\s\S]*?\*\/\s*|\/\/[^\n]*\n\s*)*['"]use server['"]/

export function actionStyleOf(facts: AuthFacts): ActionStyle {
  const { project } = facts
  const modules = project.code.filter((file) => SERVER.test(project.sourceText(file) ?? ''))
  const texts = modules.map((file) => project.sourceText(file) ?? '')
  const client = clientOf(facts, texts)
  const flag = flagOf(texts)
  const file = fileOf(facts, modules)
  return {
    given: client ? 'object' : givenOf(facts),
    ...(client && { client }),
    failure: failureOf(texts),
    ...(flag !== undefined && { flag }),
    ...(file !== undefined && { file }),
  }
}

/** Sign-in is a form: where some actions take forms, it takes one, too. */
function givenOf({ project }: AuthFacts): ActionStyle['given'] {
  const count = { state: 0, form: 0 }
  for (const { endpoint, parameters = [] } of project.runs) {
    if (endpoint?.kind !== 'action' || !parameters.at(-1)?.form) continue
    if (/prev|state|^_/i.test(parameters.at(-2)?.name ?? '')) count.state++
    else count.form++
  }
  if (count.state + count.form === 0) return 'object'
  return count.state >= count.form ? 'state' : 'form'
}

/** An exported client that no middleware guards: `export const actionClient = createSafeActionClient(…)`. */
function clientOf({ project }: AuthFacts, actions: string[]): ActionStyle['client'] {
  for (const file of project.code) {
    const text = project.sourceText(file) ?? ''
    const name = /export\s+const\s+(\w+)\s*=\s*createSafeActionClient\b/.exec(text)?.[1]
    if (name === undefined) continue
    const schema = actions.some((one) => /\.inputSchema\(/.test(one)) ? 'inputSchema' : 'schema'
    return { file, name, schema }
  }
  return undefined
}

/** Texts in what actions return: `return { error: 'Not found' }`. One that says by its name that it is one counts most. */
function failureOf(texts: string[]): string {
  const keys = texts.flatMap((text) =>
    [
      ...text.matchAll(
        /(?:return|=>\s*\()\s*\{[^{}]*?\b(error|errorMessage|message|formError|reason)\s*:\s*['"`]/g,
      ),
    ].map((one) => one[1] ?? ''),
  )
  const count = (key: string): number => keys.filter((one) => one === key).length
  const [most] = [...new Set(keys)].sort(
    (a, b) => Number(/error/i.test(b)) - Number(/error/i.test(a)) || count(b) - count(a),
  )
  return most ?? 'error'
}

function flagOf(texts: string[]): string | undefined {
  const found = texts.flatMap((text) => [
    ...text.matchAll(/\{[^{}]*?\b(ok|success|succeeded)\s*:\s*false\b/g),
  ])
  return found[0]?.[1]
}

/** `src/server/actions/auth.ts`, in the way of its neighbours: `auth.actions.ts`. */
function fileOf({ habits }: AuthFacts, modules: string[]): string | undefined {
  const listed = modules.filter((file) => /(?:^|\/)_?actions\/[^/]+$/.test(file))
  const folders = listed.map((file) => posix.dirname(file))
  const count = (folder: string): number => folders.filter((one) => one === folder).length
  const [folder] = [...new Set(folders)].sort((a, b) => count(b) - count(a))
  if (folder === undefined) return undefined
  const suffixes = listed.map((file) => /[.-]actions?(?=\.[jt]sx?$)/.exec(file)?.[0] ?? '')
  const [first = ''] = suffixes
  const suffix = suffixes.every((one) => one === first) ? first : ''
  return ['auth', 'password-auth', 'token-auth']
    .map((words) => `${folder}/${fileName(words, habits.app.fileNames)}${suffix}.ts`)
    .find((file) => !habits.has(file))
}
