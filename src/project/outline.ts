import type { Problem } from '../core/report.ts'
import { readText } from '../source/files.ts'
import { appPath, pagesPath } from './endpoints/discover.ts'
import { readPackages } from './packages.ts'
import { readDataModels } from './schemas.ts'
import { listScope } from './scope.ts'

/** What the names of a project's files and its schema say, without reading its code. */
export interface Outline {
  /** Names of models. */
  models: string[]
  /** Paths of route handlers and API pages: `/api/orders/[id]`. */
  paths: string[]
  /** Files of server actions, by the custom of their name: `src/app/login/actions.ts`. */
  actions: string[]
}

const ROUTE = /(?:^|\/)route\.[cm]?[jt]sx?$/
const PAGE = /(?:^|\/)pages\/api\/.+\.[cm]?[jt]sx?$/
const ACTIONS = /(?:^|\/)app\/(?:.+\/)?_?actions?(?:\/[\w.-]+)?\.[cm]?[jt]sx?$/

/** `asked`: the folder of the project. */
export async function readOutline(asked: string): Promise<Outline> {
  const { root, files } = await listScope(asked)
  // Whatever is wrong with the files is said when the project is read.
  const problems: Problem[] = []
  const read = (file: string): string | undefined => readText(root, file, problems)
  const packages = readPackages(root, files, read)
  const models = readDataModels({ files, packages, read }, problems).flatMap((one) => one.models)
  const routes = files.flatMap((file) => {
    const path = ROUTE.test(file) ? appPath(file) : PAGE.test(file) ? pagesPath(file) : undefined
    return path === undefined ? [] : [path]
  })
  return {
    models: [...new Set(models.map(({ name }) => name))],
    paths: [...new Set(routes)],
    actions: files.filter((file) => ACTIONS.test(file)),
  }
}
