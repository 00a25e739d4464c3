import { type Entity, type EntityField, secretFields } from '../../../project/data-model.ts'
import type { Access, Event } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { control, isPrepared, refusal, shoot } from '../../../proof/attempts.ts'
import { type Bench, cameTo, exchanges, type Seen, valuesNow } from '../../../proof/bench.ts'
import { inconclusive, type Prover } from '../../../proof/prover.ts'
import { castOf } from '../../../proof/rows.ts'
import type { Plain } from '../../../proof/sample.ts'
import { sitesOf } from '../../../proof/sites.ts'

const isWriting = (event: Event): event is Access => event.k === 'access' && isWrite(event.operation)

/** A column that the request has no business with, and a value that nothing else would write there. */
interface Extra {
  field: EntityField
  value: Plain
  what: string
}

const LIMIT = 8

/** The ordinary request writes its own columns; then it also names a column that is not its business. */
const prove: Prover = async (bench, claim) => {
  const [site] = sitesOf(bench.project, claim, isWriting)
  const entity = site?.event && bench.dataModel.model(site.event.model)
  if (!site?.event || !entity) return inconclusive('no endpoint that can be called reaches this line')
  const { template, event } = site
  const wrote = (seen: Seen): boolean =>
    seen.ok && rowsOf(seen, entity).length > 0 && cameTo(seen, event.location)
  const owner = await control(bench, template, { party: 'a', about: event.model, writes: true, good: wrote })
  if ('refused' in owner) return inconclusive(refusal(owner.refused))
  const roots = template.inputs.all.filter((one) => one.whole === event.model).map((one) => one.path)
  const named = new Set(template.inputs.all.map((one) => one.path))
  const cite = (role: 'pre-control' | 'exploit' | 'near-miss', seen: Seen, saw: string) => ({
    role,
    seen,
    saw,
  })
  let last: Seen | undefined
  for (const root of roots.length > 0 ? roots : [template.endpoint.kind === 'procedure' ? 'input' : 'body']) {
    for (const extra of extrasOf(bench, entity)) {
      const path = `${root}.${extra.field.name}`
      if (named.has(path) || sentAlready(owner.seen, root, extra.field.name)) continue
      // What the repair allows on purpose is the request's business.
      if (claim.repaired?.allows.includes(extra.field.name)) continue
      const set = new Map([...(owner.shot.set ?? []), [path, extra.value] as const])
      const seen = await shoot(bench, { ...owner.shot, set }, owner.seen.actor, { party: 'a' })
      if (!seen) continue
      if (seen.changes.length > 0 || isPrepared(owner.shot)) await bench.reset()
      last = seen
      const column = extra.field.column
      const taken = (one: Seen): boolean =>
        rowsOf(one, entity).some((row) => same(valuesNow(row)[column], extra.value))
      if (!taken(seen) || taken(owner.seen)) continue
      const saw = `${entity.name}.${extra.field.name} is now ${JSON.stringify(extra.value)}: ${extra.what}`
      return {
        verdict: 'proven',
        reason: `${owner.seen.actor.name} wrote ${entity.name}.${extra.field.name}, ${extra.what}.`,
        evidence: [
          exchanges(
            [
              cite(
                'pre-control',
                owner.seen,
                `a row of ${entity.name} is written, ${extra.field.name} is not`,
              ),
              cite('exploit', seen, saw),
              cite('near-miss', owner.seen, 'the same request without that column works'),
            ],
            bench,
          ),
        ],
      }
    }
  }
  if (!last) return inconclusive(`${entity.name} has no column that the request does not already name`)
  return {
    verdict: 'refuted',
    reason: `Columns that are not the request's business stayed as they were, while the ordinary request wrote ${entity.name}.`,
    evidence: [
      exchanges(
        [
          cite('pre-control', owner.seen, 'written'),
          cite('exploit', last, 'the extra column was not written'),
        ],
        bench,
      ),
    ],
  }
}

/** The ordinary request names this column too. */
function sentAlready({ call }: Seen, root: string, field: string): boolean {
  const [first, ...path] = root.split('.')
  let here: unknown = call.k === 'procedure' ? call.input : call.k === 'http' ? call.json : undefined
  if (call.k === 'action') here = call.args.find((one) => isRecord(one) && field in one)
  for (const key of call.k === 'action' || first === undefined ? [] : path)
    here = isRecord(here) ? here[key] : undefined
  return isRecord(here) && field in here
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const rowsOf = (seen: Seen, entity: Entity) =>
  seen.changes.filter((change) => change.table === entity.table && change.kind !== 'vanished')

/** Owner keys first: they move a row into somebody else's hands. */
function extrasOf(bench: Bench, entity: Entity): Extra[] {
  const foreign = castOf(bench.world, bench.dataModel, 'b')
  const secrets = new Set(secretFields(entity))
  const owners = entity.relations.flatMap((relation): Extra[] => {
    const target = bench.dataModel.model(relation.model)
    if (target?.role !== 'user' && target?.role !== 'tenant') return []
    return relation.keys.flatMap((key, i): Extra[] => {
      const field = entity.fields.find((one) => one.name === key)
      const reference = relation.references[i]
      const input = {
        path: '',
        use: 'picks' as const,
        meaning: { model: relation.model, field: reference ?? 'id' },
      }
      const value = foreign.value(input)
      return field && value !== undefined && value !== null
        ? [{ field, value, what: `the key of its ${relation.field}, to that of B` }]
        : []
    })
  })
  const others = entity.fields.flatMap((field): Extra[] => {
    if (
      field.id ||
      field.list ||
      field.relation ||
      entity.relations.some((one) => one.keys.includes(field.name))
    )
      return []
    const value = odd(bench, field)
    return value === undefined || secrets.has(field.name)
      ? []
      : [{ field, value, what: 'which it had no business with' }]
  })
  const rank = ({ field }: Extra): number =>
    /role|admin|plan|paid|verified|status|balance|credit|approved|cents|price|amount/i.test(field.name)
      ? 0
      : 1
  return [...owners, ...others.sort((a, b) => rank(a) - rank(b))].slice(0, LIMIT)
}

/** A value that a seeded row does not have by chance. */
function odd(bench: Bench, field: EntityField): Plain | undefined {
  const values = bench.dataModel.enums.find((one) => one.name === field.type)?.values
  if (values) return values.at(-1)?.name
  switch (field.type) {
    case 'String':
      return `planted-${bench.unique()}`
    case 'Int':
      return 770_077
    case 'Boolean':
      return true
    case 'DateTime':
      return '2041-07-07T07:07:07.000Z'
    default:
      return undefined
  }
}

const same = (stored: unknown, sent: Plain): boolean =>
  stored === sent ||
  (typeof sent === 'string' &&
    /^\d{4}-\d\d-\d\dT/.test(sent) &&
    typeof stored === 'string' &&
    Date.parse(stored.replace(/(?<![Z\d])$|(?<=\d)$/, stored.endsWith('Z') ? '' : 'Z')) === Date.parse(sent))

export default prove
