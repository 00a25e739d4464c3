import { nextSetting } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

export const bodyTooLarge: Cause = {
  id: 'next/body-too-large',
  title: 'A server action is sent more than it takes',
  matches: ({ text }) => /Body exceeded [\d.]+ ?[kMG]?B limit/i.test(text),
  examine({ project, error }) {
    const limit = /Body exceeded ([\d.]+ ?[kMG]?B)/i.exec(error.text)?.[1]
    const setting = nextSetting(project, 'bodySizeLimit')
    const actions = project.runs.filter(({ parameters }) => parameters?.some(({ form }) => form) === true)
    const files = actions.filter(
      ({ endpoint }) =>
        endpoint &&
        /instanceof File|\.arrayBuffer\(|as File|Blob/.test(project.sourceText(endpoint.location.file) ?? ''),
    )
    const cure = [
      {
        what: 'Let the browser send files to the storage itself, with a URL that the server signed; the action gets the name only.',
      },
      {
        what: 'For what is a little larger, raise the limit. It holds for every action, so check sizes in each.',
        code: "// next.config.ts\nexperimental: { serverActions: { bodySizeLimit: '4mb' } }",
      },
    ]
    const [first] = files
    if (!first?.endpoint)
      return unconfirmed(`No action that reads files was found${limit ? ` (limit ${limit})` : ''}.`, cure)
    return confirmed(
      `${first.endpoint.path} takes files, and ${setting ? `bodySizeLimit is ${setting.value}` : 'the limit for all actions is 1 MB, the default'}.`,
      [
        ...files.flatMap(({ endpoint }) =>
          endpoint ? [step(endpoint.location, `${endpoint.path} reads a file of its form`)] : [],
        ),
        ...(setting ? [step(setting.location, `bodySizeLimit: ${setting.value}`)] : []),
      ],
      cure,
    )
  },
  references: ['https://nextjs.org/docs/app/api-reference/config/next-config-js/serverActions#bodysizelimit'],
}
