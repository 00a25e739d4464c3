/** Answers how a project writes its backend, for one of its applications. */
import type { Project } from '../project.ts'
import { readAnswers } from './answers.ts'
import { readApp } from './app.ts'
import { generatedAsImported, readClient, readGenerated } from './client.ts'
import type { Habits } from './habits.ts'
import { readAuthentication, readValidation } from './libraries.ts'
import { readEnvironment, readLogger } from './modules.ts'
import { readPackageHabits } from './packages.ts'
import { inFolder, openReading, type Reading } from './reading.ts'
import { readSchema } from './schema.ts'
import { openSchema } from './schema-reading.ts'
import { specifierOf } from './specifier.ts'
import { readStyle } from './style.ts'
import { readTests } from './tests.ts'
import { readUser } from './user.ts'
import { above } from './versions.ts'

/**
 * How the project writes its backend. `app`: the folder of one of its applications, relative to the root; without it the
 * one that was asked about, else the one with the most endpoints. Throws a `UserError` when there is no package in `app`.
 */
export function readHabits(project: Project, options: { app?: string } = {}): Habits {
  const reading = openReading(project, options.app)
  const schema = openSchema(reading)
  const client = readClient(reading)
  const made = schema && readGenerated(schema)
  const generated = made && generatedAsImported(reading, made)
  const logger = readLogger(reading)
  const environment = readEnvironment(reading)
  const exampleFile = exampleOf(reading)
  const user = schema && readUser(reading, schema)
  return {
    root: project.root,
    app: readApp(reading),
    code: readStyle(reading),
    answers: readAnswers(reading),
    ...(client && { client }),
    ...(generated && { generated }),
    validation: readValidation(reading),
    ...(logger && { logger }),
    ...(environment && { environment }),
    ...(exampleFile !== undefined && { exampleFile }),
    authentication: readAuthentication(reading),
    ...(user && { user }),
    ...(schema && { schema: readSchema(reading, schema) }),
    tests: readTests(reading),
    packages: readPackageHabits(reading),
    specifier: specifierOf(reading),
    has: reading.has,
  }
}

const examples = [
  '.env.example',
  '.env.sample',
  '.env.template',
  '.env.dist',
  '.env.local.example',
  '.env.example.local',
  'env.example',
  '.env-example',
  '.example.env',
]

/** The nearest to the application. */
function exampleOf({ app, project }: Reading): string | undefined {
  for (const folder of above(app.folder))
    for (const name of examples)
      if (project.files.includes(inFolder(folder, name))) return inFolder(folder, name)
  return undefined
}
