import { generatedClient, manifestAt, scriptsOf } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { generatingScripts, notInitialized, runsByItself } from './not-initialized.ts'

export const notGenerated: Cause = {
  id: 'client/not-generated',
  title: 'Nothing generates the Prisma client',
  matches: notInitialized,
  examine({ project }) {
    const own = generatingScripts(project)
    const automatic = own.filter(runsByItself)
    if (automatic[0])
      return contradicted(`\`${automatic[0].name}\` generates it: ${automatic[0].command}.`, [
        step(automatic[0].location, 'generates the client'),
      ])
    const build = scriptsOf(project).find(({ name }) => name === 'build')
    const target = generatedClient(project)
    return confirmed(
      `No script that runs by itself calls \`prisma generate\`${own[0] ? ` (\`${own[0].name}\` has to be called)` : ''}, and generated code is not in the repository${target?.folder === undefined ? '' : `: ${target.folder} is missing after a fresh checkout`}.`,
      [
        step(
          build?.location ?? manifestAt(),
          build ? `"build": "${build.command}"` : 'no script generates it',
        ),
        ...(target
          ? [step(target.generator.location, `generates into ${target.folder ?? 'node_modules'}`)]
          : []),
      ],
      [
        {
          what: 'Generate it before each build and after each install.',
          code: `"postinstall": "prisma generate",\n"build": "prisma generate && ${build?.command ?? 'next build'}"`,
        },
        { what: 'Now, once.', code: 'npx prisma generate' },
      ],
    )
  },
  references: [
    'https://www.prisma.io/docs/orm/prisma-client/setup-and-configuration/generating-prisma-client',
  ],
}
