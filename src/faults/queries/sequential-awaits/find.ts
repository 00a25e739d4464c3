import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Project } from '../../../project/project.ts'
import { sequencesOf } from '../../../project/queries/sequences.ts'

const fault: Fault<Project> = {
  id: 'queries/sequential-awaits',
  title: 'Sequential awaits: independent queries one after the other (waterfall)',
  severity: 'info',
  tags: ['performance'],
  cwe: [],
  references: ['https://nextjs.org/docs/app/getting-started/fetching-data#parallel-data-fetching'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const { within, waits } of sequencesOf(project)) {
    const calls = waits.map(({ call }) => call)
    yield {
      location: waits[1].location,
      subject: `${within}: ${calls.join(', ')}`,
      certainty: 'likely',
      found: `${within} awaits ${listed(calls)} one after the other, and none uses what another gave.`,
      why: 'The time of all of them adds up: each waits for the round trips of those before it.',
      remedy: `Start them together: \`const […] = await Promise.all([${calls.map((call) => call.replace('()', '(…)')).join(', ')}])\`. Leave it where the pool is small and the page is seldom asked for.`,
      evidence: [
        {
          kind: 'trace',
          steps: waits.map(({ location, call }, i) => ({
            location,
            note: i === 0 ? `waits for ${call}` : `only then starts ${call}`,
          })),
        },
      ],
    }
  }
}

const listed = (calls: readonly string[]): string =>
  calls.length < 2 ? calls.join('') : `${calls.slice(0, -1).join(', ')} and ${calls.at(-1) ?? ''}`

export default fault
