/** The databases behind the models: what they are called, and what of it a finding may say. */
import type { Entity } from './data-model.ts'
import type { Project } from './project.ts'

export interface Database {
  provider: string
  name: string
  /**
   * Parameters of one statement. The limits of the client, in `maxBindValues` of `@prisma/client` 7.10; MongoDB is sent
   * documents, which have none.
   */
  parameters?: number
}

const DATABASES: readonly Database[] = [
  { provider: 'postgresql', name: 'PostgreSQL', parameters: 32_766 },
  { provider: 'cockroachdb', name: 'CockroachDB', parameters: 32_766 },
  { provider: 'mysql', name: 'MySQL', parameters: 65_535 },
  { provider: 'sqlite', name: 'SQLite', parameters: 999 },
  { provider: 'sqlserver', name: 'SQL Server', parameters: 2_098 },
  { provider: 'mongodb', name: 'MongoDB' },
]

/** By its name in the schema (`provider`); nothing where the schema names none, or another one. */
export const databaseNamed = (provider: string | undefined): Database | undefined =>
  DATABASES.find((one) => one.provider === (provider === 'postgres' ? 'postgresql' : provider))

/** The database that holds the rows of a model; without a model, the one of the project, where all are the same. */
export function databaseOf(project: Project, model?: Entity): Database | undefined {
  const own = project.dataModels.filter((one) => model === undefined || one.model(model.name) === model)
  const [first, ...others] = [...new Set(own.map(({ provider }) => provider))]
  return others.length === 0 ? databaseNamed(first) : undefined
}
