import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { depsOfAnswer, isAnonymous } from '../../../project/credentials.ts'
import type { Entity } from '../../../project/data-model.ts'
import { namesColumns, placeInQuery, type WholeRelation, wholeRelations } from '../../../project/exposure.ts'
import type { Access } from '../../../project/flow/events.ts'
import { omittedByClient } from '../../../project/omitted-columns.ts'
import { isOwned, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { sentColumns } from '../../../project/sent-columns.ts'

const fault: Fault<Project> = {
  id: 'response/whole-relation',
  title: 'Whole related row in a public answer',
  severity: 'warning',
  tags: ['security', 'api'],
  cwe: [200, 213],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x23-V14-Data-Protection.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    const { endpoint } = run
    // Of what a resolver gives, the fields of its type leave.
    if (!endpoint || /^(page|middleware|resolver)$/.test(endpoint.kind)) continue
    if (endpoint.guard.level !== 'none' || endpoint.guard.proxy) continue
    for (const access of run.events) {
      if (access.k !== 'access' || !/^find/.test(access.operation) || !isAnonymous(access)) continue
      const found = wholeRelations(project, access, namesColumns(access)).filter(
        ({ model, path }) => tells(model) && leaves(run, access, path),
      )
      if (found.length === 0) continue
      const sent = found.filter((relation) => isSent(project, run, access, relation))
      yield draft(project, run, access, sent.length > 0 ? sent : found, sent.length > 0)
    }
  }
}

/** A row of somebody: with columns that others have no use for. */
const tells = (model: Entity): boolean =>
  isOwned(model) && model.fields.filter((field) => !field.relation).length > 4

/** An answer was made from the relation: from its first step, or from the row as a whole. */
function leaves(run: Run, access: Access, [first = '']: readonly string[]): boolean {
  return run.events.some((event) => {
    if (event.k !== 'response' || (event.status ?? 200) >= 400) return false
    const deps = depsOfAnswer(event.value)
    return (
      deps.has(`row:${access.model}`) &&
      (deps.has(`field:${first}`) || ![...deps].some((dep) => dep.startsWith('field:')))
    )
  })
}

/** An answer holds the relation, with all of its columns. */
function isSent(project: Project, run: Run, access: Access, { path, model }: WholeRelation): boolean {
  const all = model.fields.filter(({ relation }) => !relation).map(({ name }) => name)
  return run.events.some((event) => {
    if (event.k !== 'response' || (event.status ?? 200) >= 400) return false
    const sent = sentColumns(project, run, event.value).filter(
      (one) => one.exact && one.accesses.includes(access) && one.path.join('.') === path.join('.'),
    )
    const omitted = omittedByClient(project, access.location.file, model)
    return all.every((name) => omitted.has(name) || sent.some(({ column }) => column === name))
  })
}

/** Where the query names its columns elsewhere, this one was forgotten; a person's row is for nobody. */
const isLikely = (access: Access, relations: readonly WholeRelation[]): boolean =>
  namesColumns(access) || relations.some(({ model }) => model.role === 'user')

function draft(
  project: Project,
  run: Run,
  access: Access,
  relations: readonly WholeRelation[],
  sent: boolean,
): Draft {
  const [first] = relations
  const path = first?.path.join('.') ?? ''
  const model = first?.model.name ?? ''
  const columns =
    first?.model.fields.filter((field) => !field.relation && !field.id).map(({ name }) => name) ?? []
  return {
    location: placeInQuery(project, access, first?.path ?? []),
    subject: `${run.label} → ${access.model}.${path}`,
    certainty: sent && isLikely(access, relations) ? 'likely' : 'possible',
    found: `${run.label} asks nobody who they are, and reads \`${path}\` with all columns of ${model} (${columns.slice(0, 5).join(', ')}${columns.length > 5 ? ', …' : ''})${namesColumns(access) ? ', while the query names its columns elsewhere' : ''}.`,
    why: 'Prisma returns every column of a relation that has no `select`: internal names, notes and addresses are sent to anybody, and so is each column that is added later.',
    remedy: `Name what the caller needs: \`${path.split('.').at(-1)}: { select: { … } }\`.`,
    evidence: [traceTo(run, access, `all columns of ${model} through ${path}`)],
    endpoint: run.label,
  }
}

export default fault
