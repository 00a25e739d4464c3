/** The schema that an application works with. */
import { posix } from 'node:path'
import type { Location } from '../../core/finding.ts'
import {
  type PrismaExpression,
  type PrismaGenerator,
  type PrismaModel,
  type PrismaSchema,
  readPrismaSchema,
} from '../../source/prisma-schema.ts'
import type { DataModel } from '../data-model.ts'
import type { Package } from '../packages.ts'
import type { Reading } from './reading.ts'

export interface SchemaReading {
  dataModel: DataModel
  schema: PrismaSchema
  models: PrismaModel[]
  /** Of the file with the datasource: paths of generators are relative to it. */
  folder: string
  owner: Package | undefined
  generator?: PrismaGenerator
  at: Location
}

/** The schema in the application, else the largest one of a package that it depends on, else the largest. */
export function openSchema({ project, reach, app, text }: Reading): SchemaReading | undefined {
  const folders = reach.map(({ folder }) => folder)
  const rank = ({ files }: DataModel): number => {
    const folder = project.packages.packageOf(files[0] ?? '.')?.folder ?? '.'
    return folder === app.folder ? 0 : folders.includes(folder) ? 1 : 2
  }
  const [dataModel] = [...project.dataModels].sort((a, b) => rank(a) - rank(b))
  if (!dataModel) return undefined
  const schema = readPrismaSchema(dataModel.files.map((file) => ({ file, text: text(file) })))
  const generator = schema.generators.find(({ provider }) => /^prisma-client/.test(provider ?? ''))
  const [first = 'schema.prisma'] = dataModel.files
  const head = schema.datasource?.location.file ?? generator?.location.file ?? first
  return {
    dataModel,
    schema,
    models: schema.models.filter(({ ignored }) => !ignored),
    folder: posix.dirname(generator?.location.file ?? head),
    owner: project.packages.packageOf(head),
    ...(generator && { generator }),
    at: { file: head, line: 1, column: 1 },
  }
}

export const callName = (value: PrismaExpression | undefined): string | undefined =>
  value?.kind === 'call' ? value.name : undefined
