import type { Fault } from '../../../core/fault.ts'
import { effectsInRender } from '../../../project/calls/request-apis.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/effect-in-render',
  title: 'Change while a page is rendered',
  severity: 'warning',
  tags: ['api'],
  cwe: [],
  references: [
    'https://nextjs.org/docs/app/api-reference/functions/cookies',
    'https://nextjs.org/docs/app/api-reference/functions/revalidatePath',
  ],

  find: (project) =>
    effectsInRender(project).map(({ location, name }) => ({
      location,
      subject: `${name} in ${location.file}`,
      certainty: 'likely',
      found: `\`${name}\` is called while ${location.file} is rendered.`,
      why: 'Next.js refuses that with an error: rendering changes nothing, and headers may have left already.',
      remedy: `Call \`${name}\` in a server action or a route handler, after the write that makes it necessary.`,
      evidence: [{ kind: 'trace', steps: [{ location, note: 'rendering calls it' }] }],
    })),
}

export default fault
