import { variablesOf } from '../../project/surroundings/environment.ts'
import { lineWith } from '../../project/surroundings/places.ts'
import { prismaConfig } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'

const missing = /Cannot resolve environment variable: (\w+)|Environment variable not found: (\w+)/

export const configurationWithoutDotenv: Cause = {
  id: 'connections/configuration-without-dotenv',
  title: 'The Prisma configuration loads no .env file',
  matches: ({ text }) => missing.test(text),
  examine({ project, error }) {
    const [, first, second] = missing.exec(error.text) ?? []
    const name = first ?? second ?? 'DATABASE_URL'
    const file = prismaConfig(project)
    if (file === undefined) return contradicted('There is no Prisma configuration file.')
    const text = project.sourceText(file) ?? ''
    const [set] = variablesOf(project).filter((one) => one.name === name && !one.sample)
    if (/dotenv|loadEnv|--env-file/.test(text)) return contradicted(`${file} loads variables itself.`)
    if (!set) return contradicted(`No .env file sets ${name}.`)
    return confirmed(
      `Prisma 7 does not load .env by itself. ${set.location.file} sets ${name}, and ${file} loads nothing.`,
      [
        step(lineWith(project, file, new RegExp(name)) ?? { file, line: 1, column: 1 }, `reads ${name}`),
        step(set.location, `sets ${name}`),
      ],
      [
        {
          what: `Load it as the first line of ${file} (\`npm install -D dotenv\`).`,
          code: "import 'dotenv/config'",
        },
      ],
    )
  },
  references: ['https://www.prisma.io/docs/orm/reference/prisma-config-reference'],
}
