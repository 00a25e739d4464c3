import { randomBytes } from 'node:crypto'
import type { NewFile } from '../../core/change.ts'
import type { Scaffold } from '../../core/recipe.ts'
import type { AuthFacts, AuthInput } from './input.ts'
import { fromFile, written } from './source.ts'
import { actionCalls, actionNames } from './surfaces/actions.ts'
import { type Target, targetOf } from './target.ts'

/** Of a request to the copy: it may have a password hashed. */
export const KEY_HEADER = 'x-backend-engineer-key'
export const KEY_VARIABLE = 'BACKEND_ENGINEER_HASH_KEY'
export const HASH_FOLDER = 'backend-engineer-hash'
/** Says over HTTP who is signed in, where a function alone does. */
export const ME_FOLDER = 'backend-engineer-me'
/** A page that has the actions: those that no page uses are not in a build. */
export const ACTIONS_PAGE = 'backend-engineer-actions'

/** An endpoint that hashes a password as the new code does: users are made so where nobody can register. */
export function scaffold(facts: AuthFacts, input: AuthInput): Scaffold {
  const target = targetOf(facts, input)
  const { habits } = target
  const file = `${habits.app.routes}/${HASH_FOLDER}/route.ts`
  const route = written(
    habits,
    file,
    [fromFile(target.part.passwords, 'hashPassword')],
    `
export async function POST(request: Request): Promise<Response> {
  const key = process.env.${KEY_VARIABLE}
  if (!key || request.headers.get('${KEY_HEADER}') !== key) return new Response(null, { status: 404 })
  return new Response(await hashPassword(await request.text()))
}`,
    false,
  )
  return {
    files: [route, ...(target.choice.surface.kind === 'actions' ? actionFiles(target) : [])],
    env: { TRUSTED_PROXIES: '1', [KEY_VARIABLE]: randomBytes(24).toString('hex') },
  }
}

function actionFiles(t: Target): NewFile[] {
  const { habits, part } = t
  const folder = `${habits.app.routes.replace(/\/api$/, '')}/${ACTIONS_PAGE}`
  const holder = `${folder}/holder.tsx`
  const names = actionCalls(t).map((call) => actionNames[call])
  const page = written(
    habits,
    `${folder}/page.tsx`,
    [fromFile(holder, 'Holder'), fromFile(part.actions, ...names)],
    `
export default function Page() {
  return <Holder actions={[${names.join(', ')}]} />
}`,
    false,
  )
  const me = written(
    habits,
    `${habits.app.routes}/${ME_FOLDER}/route.ts`,
    [fromFile(part['current-account'], 'currentAccount')],
    `
export async function GET(): Promise<Response> {
  const account = await currentAccount()
  const headers = { 'cache-control': 'no-store' }
  return Response.json(account ?? { error: 'nobody' }, { status: account ? 200 : 401, headers })
}`,
    false,
  )
  return [
    page,
    me,
    {
      file: holder,
      text: `'use client'

export function Holder({ actions }: { actions: readonly unknown[] }) {
  return <p>{actions.length}</p>
}
`,
    },
  ]
}
