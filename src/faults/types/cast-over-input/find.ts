import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { castInputs } from '../../../project/calls/assertions.ts'
import type { Access } from '../../../project/flow/events.ts'
import { isWrite } from '../../../project/flow/prisma.ts'
import { argument, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'types/cast-over-input',
  title: 'Type claimed for unread input',
  severity: 'warning',
  tags: ['types', 'api'],
  cwe: [20, 704],
  references: [
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x11-V2-Validation-and-Business-Logic.md',
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    const { endpoint } = run
    const write = endpoint?.kind === 'route' ? writeOfBody(run) : undefined
    if (!endpoint || !write) continue
    for (const { location, to } of castInputs(project, endpoint.location.file)) {
      if (!isInside(project, run, location.line)) continue
      yield {
        location,
        subject: `${run.label} → ${to}`,
        certainty: 'likely',
        found: `${run.label} takes the body for \`${to}\` without looking, and writes it to ${write.event.model}.`,
        why: `\`as ${to}\` is gone when the code runs: whatever was sent reaches Prisma. A text where a number belongs answers 500, and an object where a text belongs is read as an operation.`,
        remedy: `Parse it: \`const body = schema.safeParse(await request.json())\`, and take the type from the schema: \`type ${/^\w+$/.test(to) ? to : 'Body'} = z.infer<typeof schema>\`.`,
        evidence: [traceTo(run, write.event, `${write.key} is written as it was sent`)],
        endpoint: run.label,
      }
    }
  }
}

/** A write whose data holds a part of the body that nothing has parsed. */
function writeOfBody(run: Run): { event: Access; key: string } | undefined {
  if (run.events.some((event) => event.k === 'parse')) return undefined
  for (const event of run.events) {
    if (event.k !== 'access' || !isWrite(event.operation)) continue
    const raw = ['data', 'create', 'update']
      .flatMap((name) => leaves(argument(event, name)))
      .find(({ value }) => /^body\b/.test(value.client ?? '') && !value.parsed)
    if (raw) return { event, key: raw.path || 'the body' }
  }
  return undefined
}

/** The line stands in the endpoint's own function: the next one of the file starts below it. */
function isInside(project: Project, { endpoint }: Run, line: number): boolean {
  const start = endpoint?.location.line ?? 0
  const next = project.map.endpoints
    .filter((one) => one.location.file === endpoint?.location.file && one.location.line > start)
    .map((one) => one.location.line)
  return line >= start && line < Math.min(Number.POSITIVE_INFINITY, ...next)
}

export default fault
