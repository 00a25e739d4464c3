/** Settings in configuration: scripts, versions, `next.config`, the generator and the datasource of the schema. */
import { posix } from 'node:path'
import type { Location } from '../../core/finding.ts'
import { isRecord } from '../../source/config.ts'
import { type PrismaGenerator, type PrismaSchema, readPrismaSchema } from '../../source/prisma-schema.ts'
import { type Expr, placeOf } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import type { Project } from '../project.ts'
import { lineWith } from './places.ts'

export interface Script {
  name: string
  command: string
  location: Location
}

/** The scripts of all packages. */
export function scriptsOf(project: Project): Script[] {
  return project.packages.packages.flatMap(({ manifest, folder }) => {
    const file = posix.join(folder, 'package.json')
    const scripts = isRecord(manifest.scripts) ? Object.entries(manifest.scripts) : []
    return scripts.flatMap(([name, command]) =>
      typeof command === 'string'
        ? [
            {
              name,
              command,
              location: lineWith(project, file, new RegExp(`"${name}"\\s*:`)) ?? manifestAt(file),
            },
          ]
        : [],
    )
  })
}

export const manifestAt = (file = 'package.json'): Location => ({ file, line: 1, column: 1 })

/** The major version that a package asks for, in whichever package of the repository. */
export function majorVersion(project: Project, name: string): number | undefined {
  for (const { dependencies } of project.packages.packages) {
    const major = /(\d+)/.exec(dependencies[name] ?? '')?.[1]
    if (major !== undefined) return Number(major)
  }
  return undefined
}

/** The Prisma schema with its generators and its datasource. */
export function schemaOf(project: Project): PrismaSchema {
  const files = project.dataModels[0]?.files ?? project.files.filter((file) => file.endsWith('.prisma'))
  return readPrismaSchema(files.map((file) => ({ file, text: project.sourceText(file) ?? '' })))
}

/** The generator of the client, and the folder that it writes to: relative to the root, absent for the package. */
export function generatedClient(
  project: Project,
): { generator: PrismaGenerator; folder?: string } | undefined {
  const generator = schemaOf(project).generators.find(({ provider }) => /^prisma-client/.test(provider ?? ''))
  if (!generator) return undefined
  const { output } = generator
  if (output === undefined || output.includes('node_modules')) return { generator }
  return { generator, folder: posix.join(posix.dirname(generator.location.file), output) }
}

/** Where a key of `next.config` is set to a literal, and to which. */
export function nextSetting(
  project: Project,
  key: string,
): { location: Location; value: string | number | boolean | null } | undefined {
  const file = project.files.find((one) => /(?:^|\/)next\.config\.[cm]?[jt]s$/.test(one))
  const syntax = file === undefined ? undefined : project.program.syntax(file)
  let found: { location: Location; value: string | number | boolean | null } | undefined
  if (syntax)
    walk(syntax, (expr: Expr) => {
      if (expr.k !== 'object') return
      const value = expr.props.find((prop) => prop.key === key)?.value
      if (value?.k === 'literal') found = { location: placeOf(syntax, value.at), value: value.value }
    })
  return found
}

export const prismaConfig = (project: Project): string | undefined =>
  project.files.find((file) => /(?:^|\/)(?:prisma\d*\.config|\.config\/prisma\d*)\.[cm]?[jt]s$/.test(file))
