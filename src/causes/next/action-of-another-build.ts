import { isDatabase, servicesOf } from '../../project/surroundings/containers.ts'
import { readsOf, variablesOf } from '../../project/surroundings/environment.ts'
import { nextSetting } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

const KEY = 'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY'

export const actionOfAnotherBuild: Cause = {
  id: 'next/action-of-another-build',
  title: 'A page of one build calls an action of another',
  matches: ({ text }) => /Failed to find Server Action/.test(text),
  examine({ project }) {
    const many = servicesOf(project).filter((one) => !isDatabase(one) && one.builds && one.replicas > 1)
    const key =
      variablesOf(project).some(({ name }) => name === KEY) ||
      readsOf(project, KEY).length > 0 ||
      servicesOf(project).some(({ environment }) => environment.has(KEY))
    const skew = nextSetting(project, 'deploymentId')
    const cure = [
      {
        what: 'Build once, and run that build on all instances; give builds a key that stays.',
        code: `${KEY}="$(openssl rand -base64 32)"   # once, kept with the secrets`,
      },
      {
        what: 'Set `deploymentId`: pages of an older build then load anew instead of calling actions that are gone.',
        code: '// next.config.ts\nconst config: NextConfig = { deploymentId: process.env.GIT_SHA }',
      },
      { what: 'Single lines with ids that never existed are robots: they need nothing.' },
    ]
    if (many.length > 0 && !key)
      return confirmed(
        `Several instances run, and no ${KEY} is set: instances that were built apart do not know each other's actions.`,
        many.map((one) => step(one.location, `${one.name}: ${one.replicas} instances`)),
        cure,
      )
    return unconfirmed(
      `After a deployment, pages that are still open call actions of the build before${key ? '' : `; no ${KEY} is set`}${skew ? '' : ', and no deploymentId'}.`,
      cure,
      [
        'Do the lines come within minutes after a deployment, or all the time? From one instance, or from all?',
      ],
      skew ? [step(skew.location, 'deploymentId is set')] : [],
    )
  },
  references: ['https://nextjs.org/docs/messages/failed-to-find-server-action'],
}
