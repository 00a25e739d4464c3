/** The tRPC server of a project: where its procedures are made, where its routers come together, where HTTP reaches it. */
import { posix } from 'node:path'
import { openSource, type SourceFile } from '../../../changes/source-file.ts'
import type { Location } from '../../../core/finding.ts'
import { appPath } from '../../../project/endpoints/discover.ts'
import type { Import } from '../../../project/habits/habits.ts'
import { transformerOf } from '../../../runtime/requests/transformer.ts'
import type { CallShape, ObjectShape } from '../../../source/shape.ts'
import type { AuthFacts } from '../input.ts'

export interface TrpcHome {
  /** Folder of the package that has the routers, relative to the root; `.` for the root. */
  package: string
  /** What makes a router, and a procedure that everybody may call. */
  router: Import
  procedure: Import
  /** The module with `initTRPC`. */
  builder: string
  /** The router that takes the new one, under this key. */
  root: { file: string; at: Location }
  key: string
  /** File and export of the new router. */
  file: string
  name: string
  /** The route handler, and the path that it answers at: `/api/trpc`. */
  mount: { file: string; path: string }
  transformer: 'none' | 'superjson' | 'other'
  /** The major version of `@trpc/server`. */
  major: number
}

interface Missing {
  /** One sentence, as the end of another. */
  missing: string
}

/** Reads it, or says what there is not. */
export function trpcHomeOf(facts: AuthFacts): TrpcHome | Missing {
  const { project } = facts
  const read = (file: string): string => project.sourceText(file) ?? ''
  const builder = project.code.find((file) => /\binitTRPC\b[\s\S]*\.create\(/.test(read(file)))
  if (builder === undefined) return { missing: 'no module of the project calls `initTRPC`.' }
  const made = exportsOf(read(builder))
  if (!made.router || !made.procedure)
    return { missing: `${builder} exports no router function and no procedure that everybody may call.` }
  const mount = mountOf(facts)
  if (!mount) return { missing: 'no route handler calls `fetchRequestHandler`.' }
  const root = rootOf(facts, builder)
  if (!root) return { missing: 'no router was found that the others are registered in.' }
  const { names, folder, suffix } = siblingsOf(facts, root)
  const taken = new Set(names)
  const key = ['auth', 'passwordAuth', 'tokenAuth'].find(
    (one) => !taken.has(one) && !facts.habits.has(`${folder}/${one}${suffix}.ts`),
  )
  if (key === undefined) return { missing: `${root.file} has routers auth, passwordAuth and tokenAuth.` }
  const owner = project.packages.packageOf(builder)
  return {
    package: owner?.folder ?? '.',
    router: { file: builder, name: made.router },
    procedure: { file: builder, name: made.procedure },
    builder,
    root: { file: root.file, at: { file: root.file, line: 1, column: 1 } },
    key,
    file: `${folder}/${key}${suffix}.ts`,
    name: `${key}Router`,
    mount,
    transformer: transformerOf(project),
    major: Number(/\d+/.exec(owner?.dependencies['@trpc/server'] ?? '11')?.[0] ?? 11),
  }
}

/** `export const router = t.router`, `export const publicProcedure = t.procedure.use(timing)` */
function exportsOf(text: string): { router?: string; procedure?: string } {
  const builder = /\b(?:const|let)\s+(\w+)\s*=\s*initTRPC\b/.exec(text)?.[1]
  if (builder === undefined) return {}
  const named = (of: string): { name: string; rest: string }[] =>
    [
      ...text.matchAll(
        new RegExp(`export\\s+const\\s+(\\w+)\\s*=\\s*${builder}\\s*\\.${of}\\b([^\\n]*)`, 'g'),
      ),
    ].map(([, name = '', rest = '']) => ({ name, rest }))
  const procedures = named('procedure')
  const procedure =
    procedures.find(({ name }) => /public|open|base/i.test(name)) ??
    procedures.find(({ rest }) => !rest.includes('.use'))
  const [router] = named('router')
  return { ...(router && { router: router.name }), ...(procedure && { procedure: procedure.name }) }
}

/** The handler of `fetchRequestHandler`. */
function mountOf({ project }: AuthFacts): TrpcHome['mount'] | undefined {
  for (const file of project.code) {
    if (!/\bfetchRequestHandler\(/.test(project.sourceText(file) ?? '')) continue
    const path = appPath(file)?.replace(/\/\[[^/]*$/, '')
    if (path !== undefined) return { file, path }
  }
  return undefined
}

interface Root {
  file: string
  source: SourceFile
  object: ObjectShape
}

/** The file whose router others are registered in: `appRouter`, else the one that has most of them. */
function rootOf({ project }: AuthFacts, builder: string): Root | undefined {
  const found = project.code.flatMap((file): (Root & { count: number })[] => {
    const text = project.sourceText(file) ?? ''
    if (file === builder || !/router\(|Router\(/.test(text)) return []
    const source = openSource(file, text)
    const whole = { start: 0, end: text.length }
    return (source?.shape.callsIn(whole) ?? []).flatMap((call: CallShape) => {
      const [first] = call.args
      const object = /router$/i.test(call.name) && first ? source?.shape.object(first.start) : undefined
      const routers = object?.members.filter(({ value }) =>
        /router$/i.test(text.slice(value.start, value.end)),
      )
      if (!source || !object || !routers || routers.length === 0) return []
      const named = /\bappRouter\s*=/.test(text) ? 1000 : 0
      return [{ file, source, object, count: routers.length + named }]
    })
  })
  return found.sort((a, b) => b.count - a.count)[0]
}

/** Where the routers are that it has, and how their files are named: `router/board.ts`, `post.router.ts`. */
function siblingsOf(
  { project }: AuthFacts,
  { file, source, object }: Root,
): { names: string[]; folder: string; suffix: string } {
  const files = source.shape.imports.flatMap(({ from, names }) => {
    const target = names.some(({ imported }) => /router$/i.test(imported))
      ? project.program.resolve(file, from).file
      : undefined
    return target === undefined ? [] : [target]
  })
  const folders = files.map((one) => posix.dirname(one))
  const count = (folder: string): number => folders.filter((one) => one === folder).length
  const folder = [...new Set(folders)].sort((a, b) => count(b) - count(a))[0] ?? posix.dirname(file)
  const suffixes = files.map((one) => /(?:[.-]router|Router)(?=\.[cm]?[jt]sx?$)/.exec(one)?.[0] ?? '')
  const [first = ''] = suffixes
  return {
    names: object.members.flatMap(({ key }) => key ?? []),
    folder,
    suffix: suffixes.length > 0 && suffixes.every((one) => one === first) ? first : '',
  }
}
