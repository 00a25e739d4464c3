import { posix } from 'node:path'
import { prismaConfig, schemaOf } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'
import { pointedAt, schemaInvalid } from './schema-invalid.ts'

export const urlInSchema: Cause = {
  id: 'client/url-in-schema',
  title: 'Prisma 7 takes no URL in the schema',
  matches: (error) =>
    schemaInvalid(error) &&
    /property `(?:url|directUrl|shadowDatabaseUrl)` is no longer supported/.test(error.text),
  examine(scene) {
    const { project } = scene
    const source = schemaOf(project).datasource
    const property = source?.properties.find(({ name }) => /url$/i.test(name))
    const file = prismaConfig(project) ?? 'prisma.config.ts'
    const variable =
      property?.value.kind === 'call' && property.value.args[0]?.value.kind === 'string'
        ? property.value.args[0].value.value
        : 'DATABASE_URL'
    const schema = source?.location.file ?? 'prisma/schema.prisma'
    const cure = [
      { what: `Remove the line with \`${property?.name ?? 'url'}\` from ${schema}.` },
      {
        what: `Say it in ${file}, for the commands of Prisma.`,
        code: `import 'dotenv/config'\nimport { defineConfig, env } from 'prisma/config'\n\nexport default defineConfig({\n  schema: '${posix.normalize(schema)}',\n  datasource: { url: env('${variable}') },\n})`,
      },
      {
        what: 'And to the adapter, for the application.',
        code: `new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.${variable} }) })`,
      },
    ]
    const at = pointedAt(scene) ?? (property && source?.location)
    if (!at || !property) return unconfirmed('The schema that was read has no such property.', cure)
    return confirmed(
      `The datasource still has \`${property.name}\`; since Prisma 7 it belongs into the configuration.`,
      [step(at, `${property.name} in the datasource`)],
      cure,
    )
  },
  references: ['https://www.prisma.io/docs/orm/more/upgrade-guides/upgrading-versions/upgrading-to-prisma-7'],
}
