import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { happensWhere } from '../../../project/branches.ts'
import type { LooseCheck } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { schemaOf } from '../../../project/flow/text.ts'
import { allDeps, type Value } from '../../../project/flow/value.ts'
import { isGuarded, isVerified } from '../../../project/guards.ts'
import { clientInputs, isOwned, isValueTied, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'
import { isRecordOfEvents } from '../../../project/queries/growth.ts'

const fault: Fault<Project> = {
  id: 'authorization/optional-check',
  title: 'Ownership check that is skipped when its scope is missing',
  severity: 'error',
  tags: ['security'],
  cwe: [863, 636],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/',
    'https://cwe.mitre.org/data/definitions/636.html',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'loose-check' || !maySkip(run, event) || isChange(project, run, event)) continue
      const models = modelsIn(event).filter((model) => comparesOwner(project, event, model))
      // A row of the caller's own needs no second check.
      if (models.length === 0 || isVerified(allDeps(event.row))) continue
      if (clientInputs(allDeps(event.row)).length > 0) yield draft(run, event, models[0] ?? '')
    }
  }
}

const modelsIn = ({ row }: LooseCheck): string[] =>
  [...allDeps(row)].flatMap((dep) => (dep.startsWith('row:') ? [dep.slice(4)] : []))

/** What is compared says whose the row is: its id, or a key of a relation. */
function comparesOwner(project: Project, { row }: LooseCheck, model: string): boolean {
  const entity = project.entity(model)
  if (!entity || !isOwned(entity)) return false
  const keys = entity.relations.flatMap((relation) => relation.keys)
  const ids = entity.fields.filter(({ id }) => id).map(({ name }) => name)
  return [...keys, ...ids].some((name) => row.deps.has(`field:${name}`))
}

/** `if (next && row.value !== next) return save(next)`: what is written there is no refusal. */
const isChange = (project: Project, run: Run, check: LooseCheck): boolean =>
  run.events.some(
    (event) =>
      event.k === 'access' &&
      isWrite(event.operation) &&
      !isRecord(project, event.model) &&
      happensWhere(project.program, check.location, event),
  )

const isRecord = (project: Project, model: string): boolean => {
  const entity = project.entity(model)
  return entity !== undefined && isRecordOfEvents(entity)
}

/** The caller decides whether there is a scope, or nobody is signed in and the scope is whoever is. */
function maySkip(run: Run, { scope, facts }: LooseCheck): boolean {
  const deps = allDeps(scope)
  if (isVerified(deps)) return !isGuarded(facts)
  if (scope.shape?.k === 'literal' && scope.shape.value === undefined) return true
  if (isAlwaysThere(run, scope)) return false
  const always = facts.filter((fact) => !fact.ifSent)
  return clientInputs(deps).length > 0 && !isValueTied(scope, always)
}

/** A part of the path, which has to match; or what a schema lets through only as a text that is not empty. */
function isAlwaysThere(run: Run, { client, parsed, schema }: Value): boolean {
  if (client !== undefined && /^params\.\w+$/.test(client) && !run.label.includes('[[')) return true
  if (!parsed || !schema) return false
  const form = schemaOf(schema)
  const optional =
    schema.shape?.k === 'chain' &&
    schema.shape.steps.some(({ name }) => /^(optional|nullish|nullable|default|catch|or)$/.test(name))
  return (
    form.k === 'string' &&
    !optional &&
    (form.format !== undefined || form.pattern !== undefined || (form.min ?? 0) > 0)
  )
}

function draft(run: Run, check: LooseCheck, model: string): Draft {
  return {
    location: check.location,
    subject: `${run.label} → ${check.name}`,
    certainty: 'likely',
    found: `${run.label} holds a ${model} against \`${check.name}\` only when there is one: \`${check.name} && …\` is false without it.`,
    why: `A caller who sends no \`${check.name}\`, or an empty one, gets past the check and reaches the ${model} of anybody.`,
    remedy: `Refuse when \`${check.name}\` is missing: compare without the first half, and demand the value in its type.`,
    evidence: [traceTo(run, check, `skipped without \`${check.name}\``)],
    endpoint: run.label,
  }
}

export default fault
