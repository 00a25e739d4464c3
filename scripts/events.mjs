// `npm run events -- DIR [text]`: builds, then prints what was read of the endpoints whose label or file contains the
// text: their events, and the conditions that held at each. For whoever writes a fault: "found nothing" is not "never
// seen".
import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, root } from './build.mjs'

const [typed, text] = process.argv.slice(2)
const folder = typed === undefined ? undefined : resolve(process.env.INIT_CWD ?? process.cwd(), typed)
if (folder === undefined || !statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
  console.error(
    `${folder === undefined ? 'No folder was named' : `There is no folder ${typed}`}. Usage: npm run events -- DIR [text]`,
  )
  process.exit(2)
}

build()
const built = (file) => import(pathToFileURL(join(root, 'dist', file)))
const { loadProject } = await built('project/load.js')
const { describeProject } = await built('project/describe.js')
console.log(describeProject(await loadProject(folder), text).join('\n'))
