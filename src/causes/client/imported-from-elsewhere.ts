import { posix } from 'node:path'
import { lineWith } from '../../project/surroundings/places.ts'
import { generatedClient } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { notInitialized } from './not-initialized.ts'

const fromPackage =
  /import\s+(?!type)[^'"]*\bPrismaClient\b[^'"]*from\s*['"]@prisma\/client['"]|require\(['"]@prisma\/client['"]\)/

export const importedFromElsewhere: Cause = {
  id: 'client/imported-from-elsewhere',
  title: 'The client is generated into one place and imported from another',
  matches: notInitialized,
  examine({ project }) {
    const target = generatedClient(project)
    if (!target?.folder)
      return contradicted('The client is generated into the package @prisma/client, as it is imported.')
    const files = project.code.filter((file) => fromPackage.test(project.sourceText(file) ?? ''))
    const [first] = files
    if (first === undefined) return contradicted('Nothing imports PrismaClient from @prisma/client.')
    const entry = target.generator.provider === 'prisma-client' ? '/client' : ''
    const way = posix.relative(posix.dirname(first), target.folder)
    return confirmed(
      `The schema generates the client into ${target.folder}, and ${first} imports the one in @prisma/client, which nobody fills.`,
      [
        ...files.map((file) =>
          step(
            lineWith(project, file, /@prisma\/client/) ?? { file, line: 1, column: 1 },
            "imports '@prisma/client'",
          ),
        ),
        step(target.generator.location, `output: ${target.folder}`),
      ],
      [
        {
          what: `Import what is generated, in ${first}.`,
          code: `import { PrismaClient } from '${way.startsWith('.') ? way : `./${way}`}${entry}'`,
        },
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/prisma-schema/overview/generators'],
}
