import type { Problem } from '../core/report.ts'
import { readText } from '../source/files.ts'
import { readPackages } from './packages.ts'
import { readDataModels } from './schemas.ts'
import { listScope } from './scope.ts'

/** Names of the models of a project, without reading its code. `asked`: its folder. */
export async function readModelNames(asked: string): Promise<string[]> {
  const { root, files } = await listScope(asked)
  // Whatever is wrong with the files is said when the project is read.
  const problems: Problem[] = []
  const read = (file: string): string | undefined => readText(root, file, problems)
  const packages = readPackages(root, files, read)
  const models = readDataModels({ files, packages, read }, problems).flatMap((one) => one.models)
  return [...new Set(models.map(({ name }) => name))]
}
