/** Every endpoint × everybody × rows of both parties, without any finding: who can read or change what. */
import type { Matrix, MatrixCell, Problem } from '../core/report.ts'
import { plural } from '../core/wording.ts'
import { control, isPrepared, type Shot, type Side, shoot } from './attempts.ts'
import { type Actor, type Bench, changesOf, isEffective, type Seen } from './bench.ts'
import { sidesOf } from './foreign.ts'
import { type Template, templateOf } from './request.ts'

export interface Swept {
  matrix: Matrix
  problems: Problem[]
}

const CALLABLE = /^(route|action|page|pages-api|pages-ssr|procedure|hono)$/

export async function sweep(bench: Bench): Promise<Swept> {
  const actors = [bench.nobody, ...bench.actors.filter((one) => one.party === 'a')]
  const rows: Matrix['rows'] = []
  let unreached = 0
  for (const run of bench.project.runs) {
    const { endpoint } = run
    const template = endpoint && CALLABLE.test(endpoint.kind) ? templateOf(run, bench.dataModel) : undefined
    if (!template || !endpoint) continue
    const row = await rowOf(bench, template, actors)
    if (!row) unreached += 1
    rows.push({ endpoint: endpoint.id, cells: row ?? actors.map(() => '-') })
  }
  const problems: Problem[] =
    unreached === 0
      ? []
      : [
          {
            where: 'sweep',
            message: `${plural(unreached, 'endpoint')} answered no legitimate request with rows: what others can do there is not known (\`-\`).`,
            effect: 'partial',
          },
        ]
  return { matrix: { identities: actors.map((one) => one.name), rows }, problems }
}

async function rowOf(bench: Bench, template: Template, actors: Actor[]): Promise<MatrixCell[] | undefined> {
  const { endpoint } = template
  const about = [...endpoint.writes, ...endpoint.reads].find(
    (name) => bench.dataModel.model(name)?.role === 'owned',
  )
  const owner = await control(bench, template, { party: 'b', about, writes: endpoint.writes.length > 0 })
  if ('refused' in owner) return undefined
  const cells: MatrixCell[] = []
  for (const actor of actors) cells.push(await cellOf(bench, owner.shot, actor))
  return cells
}

/** What somebody can do with rows of B, alone or beside own ones; if nothing, with own ones. */
async function cellOf(bench: Bench, shot: Shot, actor: Actor): Promise<MatrixCell> {
  const attempt = async (side: Side): Promise<Seen | undefined> => {
    const seen = await shoot(bench, shot, actor, side)
    if (seen && (seen.changes.length > 0 || isPrepared(shot))) await bench.reset()
    return seen
  }
  const sides: Side[] =
    actor.party === undefined ? [{ party: 'b' }] : sidesOf(shot.template, shot.about, bench)
  let read = false
  let last: Seen | undefined
  for (const side of sides) {
    last = await attempt(side)
    if (last && changesOf(last, 'b').length > 0) return 'foreign-write'
    read ||= last?.shown.some(({ row }) => row.party === 'b') ?? false
  }
  if (read) return 'foreign-read'
  const own = actor.party === undefined ? last : await attempt({ party: 'a' })
  if (own && isEffective(own)) return 'own'
  return own && own.response.status >= 500 ? 'error' : 'denied'
}
