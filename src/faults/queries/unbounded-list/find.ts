import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Entity } from '../../../project/data-model.ts'
import type { Access } from '../../../project/flow/events.ts'
import type { Value } from '../../../project/flow/value.ts'
import { argument, isOpen, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'
import { cutInMemory, endlessPages } from '../../../project/queries/cuts.ts'
import { isOfOneParent, isSetUpByHand } from '../../../project/queries/growth.ts'
import { functionName } from '../../../project/queries/sites.ts'

const fault: Fault<Project> = {
  id: 'queries/unbounded-list',
  title: 'Unbounded list: no limit on the rows of a response (unbounded query)',
  severity: 'warning',
  tags: ['performance', 'api'],
  cwe: [770],
  references: ['https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/'],

  find: (project) => oncePerPlace([...pages(project), ...drafts(project)]),
}

/** Somebody meant to answer with a page, and all rows are read. */
function* pages(project: Project): Iterable<Draft> {
  for (const { syntax, expr, place, location, model } of endlessPages(project)) {
    const within = functionName(syntax, expr.at, place)
    yield {
      location,
      subject: `${within} → ${model.delegate}.findMany skip`,
      certainty: 'likely',
      found: `${within} reads ${model.name} rows with \`skip\` but no \`take\`: a page that begins somewhere and never ends.`,
      why: 'The first page holds every row. Time, memory and the size of the response grow with the table.',
      remedy: 'Say how many rows the page has: `take`, with a maximum.',
      evidence: [{ kind: 'trace', steps: [{ location, note: 'no limit' }] }],
    }
  }
  for (const cut of cutInMemory(project)) {
    const { syntax, expr, place, location, model } = cut.site
    const within = functionName(syntax, expr.at, place)
    yield {
      location,
      subject: `${within} → ${model.delegate}.findMany, then slice`,
      certainty: cut.chosen ? 'possible' : 'likely',
      found: `${within} reads every ${model.name} that matches, and keeps a few: \`${cut.text}\`.`,
      why: 'Time and memory grow with the table, for a page that stays as small as it is.',
      remedy:
        'Let the database cut: `take` with an `orderBy` that an index serves, and a cursor for the next page. Where two lists are merged, each needs no more rows than the page has.',
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location, note: 'all rows' },
            { location: cut.location, note: `of which \`${cut.text}\` keeps a few` },
          ],
        },
      ],
    }
  }
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    const sent = new Set(
      run.events.flatMap((event) =>
        event.k === 'response' || event.k === 'client-props' ? accessesIn(event.value) : [],
      ),
    )
    for (const access of sent) {
      const entity = project.entity(access.model)
      if (!entity || access.operation !== 'findMany' || argument(access, 'take') || isOpen(access)) continue
      yield {
        location: access.location,
        subject: `${run.label} → ${entity.delegate}.findMany`,
        certainty: grows(project, entity, access) ? 'likely' : 'possible',
        found: `${run.label} answers with every ${entity.name} that matches: ${entity.delegate}.findMany has no \`take\`.`,
        why: 'Time, memory and the size of the response grow with the table.',
        remedy:
          'Page it: `take` with a maximum, a cursor on a unique column, and an `orderBy` that an index serves.',
        evidence: [traceTo(run, access, 'no limit')],
        endpoint: run.label,
      }
    }
  }
}

function accessesIn(value: Value, depth = 6): Access[] {
  const shape = value.shape
  if (!shape || depth === 0) return []
  if (shape.k === 'row') return [shape.access]
  if (shape.k === 'array') return accessesIn(shape.of, depth - 1)
  if (shape.k === 'object')
    return [...shape.fields.values(), ...(shape.open ?? [])].flatMap((one) => accessesIn(one, depth - 1))
  if (shape.k === 'response' && shape.body) return accessesIn(shape.body, depth - 1)
  return []
}

/** The rows of a whole tenant or user, or of the table; those of one parent row are few more often than not. */
function grows(project: Project, entity: Entity, access: Access): boolean {
  const paths = leaves(argument(access, 'where')).map((leaf) => leaf.path)
  if (entity.role === 'user') return paths.every((path) => isStatus(entity, path))
  return entity.role === 'owned' && !isSetUpByHand(entity) && !isOfOneParent(project, entity, paths)
}

/** A flag, a status, a date: many users have the same. */
function isStatus(entity: Entity, path: string): boolean {
  const [name = ''] = path.split('.')
  const type = entity.fields.find((field) => field.name === name)?.type
  return type === 'Boolean' || type === 'DateTime' || /status|state/i.test(name)
}

export default fault
