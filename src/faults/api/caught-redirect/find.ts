import type { Fault } from '../../../core/fault.ts'
import type { Project } from '../../../project/project.ts'
import { redirectsCaught } from '../../../project/surroundings/tries.ts'

const fault: Fault<Project> = {
  id: 'api/caught-redirect',
  title: 'Redirect that is caught as an error',
  severity: 'warning',
  tags: ['api'],
  cwe: [755],
  references: ['https://nextjs.org/docs/app/api-reference/functions/redirect'],

  find: (project) =>
    redirectsCaught(project).map(({ location, call, name, within }) => ({
      location: call,
      subject: `${name} in ${within}`,
      certainty: 'likely',
      found: `\`${name}()\` stands in a \`try\` whose \`catch\` keeps what it throws.`,
      why: `\`${name}()\` works by throwing. The \`catch\` takes that for a failure: the caller is answered as if something had gone wrong, and ${name.endsWith('edirect') ? 'nobody is sent anywhere' : 'the page is shown all the same'}.`,
      remedy: `Call \`${name}()\` after the \`try\`, or begin the \`catch\` with \`unstable_rethrow(error)\` of \`next/navigation\`.`,
      evidence: [
        {
          kind: 'trace',
          steps: [
            { location, note: 'the try, whose catch does not throw again' },
            { location: call, note: `${name}() throws` },
          ],
        },
      ],
    })),
}

export default fault
