/** Small projects on disk for tests: files that are given, and what every project has. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'
import { loadProject } from '../src/project/load.ts'
import type { Project } from '../src/project/project.ts'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true })
})

const basics = {
  'package.json': JSON.stringify({
    name: 'app',
    dependencies: { next: '16.4.5', '@prisma/client': '7.10.0' },
  }),
  'prisma/schema.prisma':
    'datasource db {\n  provider = "postgresql"\n}\nmodel User {\n  id String @id\n  apiKey String @unique\n}\n',
}

/** Reads a project with these files; they are removed after the test. */
export async function projectOf(files: Record<string, string>): Promise<Project> {
  const root = mkdtempSync(join(tmpdir(), 'project-'))
  made.push(root)
  for (const [file, text] of Object.entries({ ...basics, ...files })) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return loadProject(root)
}

/** `id → guard level` of the endpoints of a project with these files. */
export async function guardsOf(files: Record<string, string>): Promise<Record<string, string>> {
  const project = await projectOf(files)
  return Object.fromEntries(project.map.endpoints.map((one) => [one.id, one.guard.level]))
}
