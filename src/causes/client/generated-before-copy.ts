import { dockerFiles, type Instruction } from '../../project/surroundings/containers.ts'
import { scriptsOf } from '../../project/surroundings/settings.ts'
import { type Cause, confirmed, contradicted, step } from '../cause.ts'
import { generatingScripts, notInitialized } from './not-initialized.ts'

const installs = /\b(?:npm (?:ci|install|i)|pnpm (?:install|i)|yarn(?: install)?|bun install)\b/

export const generatedBeforeCopy: Cause = {
  id: 'client/generated-before-copy',
  title: 'The image installs its packages before the schema is there, and generates nothing afterwards',
  matches: notInitialized,
  examine({ project }) {
    const scripts = generatingScripts(project)
    const built = scriptsOf(project).some(
      ({ name, command }) => /^(?:pre)?build$/.test(name) && /prisma generate/.test(command),
    )
    if (built) return contradicted('The build script generates the client.')
    for (const file of dockerFiles(project)) {
      const install = file.findIndex(({ word, rest }) => word === 'RUN' && installs.test(rest))
      const found = file[install]
      if (!found) continue
      const later = file.slice(install + 1).some(generates)
      const silent = /--ignore-scripts/.test(found.rest)
      const early = !file.slice(0, install).some(bringsSchema)
      if (later || generates(found) || (!silent && !early)) continue
      return confirmed(
        silent
          ? `The image installs with --ignore-scripts, so ${scripts[0] ? `\`${scripts[0].name}\`` : 'no script'} does not run, and nothing generates the client afterwards.`
          : 'The schema is copied after the install, so `prisma generate` finds none, and does not run again.',
        [
          step(found.location, `RUN ${found.rest}`),
          ...scripts.map((one) => step(one.location, `"${one.name}": "${one.command}"`)),
        ],
        [
          {
            what: `Generate it where the sources are, in ${found.location.file}.`,
            code: 'COPY . .\nRUN npx prisma generate && npm run build',
          },
        ],
      )
    }
    return contradicted(
      'No Dockerfile of the project installs before the schema is copied without generating afterwards.',
    )
  },
  references: ['https://www.prisma.io/docs/guides/docker'],
}

const generates = ({ word, rest }: Instruction): boolean => word === 'RUN' && /prisma generate/.test(rest)

const bringsSchema = ({ word, rest }: Instruction): boolean =>
  word === 'COPY' && !/--from/.test(rest) && (/\bprisma\b|schema\.prisma/.test(rest) || /^\.\s/.test(rest))
