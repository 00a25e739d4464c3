/** What the causes of a missing client ask of a project together. */
import type { ReadError } from '../../core/failure.ts'
import type { Project } from '../../project/project.ts'
import { type Script, scriptsOf } from '../../project/surroundings/settings.ts'

/** The generated client is not where it is imported from. */
export const notInitialized = ({ text }: ReadError): boolean =>
  /@prisma\/client did not initialize yet|@prisma\/client' does not provide an export named|no exported member ['"]?PrismaClient|Cannot find module ['"]\.prisma\/client|(?:Cannot find (?:module|package)|Can't resolve) ['"][^'"]*\bgenerated\b|Prisma has detected that this project was built on/.test(
    text,
  )

/** Scripts that generate the client, and by which name. */
export const generatingScripts = (project: Project): Script[] =>
  scriptsOf(project).filter(({ command }) => /\bprisma\s+(?:generate|migrate dev)\b/.test(command))

/** Of those, the ones that run by themselves: after an install, or as the build. */
export const runsByItself = ({ name }: Script): boolean =>
  /^(?:pre|post)?(?:install|build)$|^(?:prepare|vercel-build|heroku-postbuild)$/.test(name)
