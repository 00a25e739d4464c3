/** Where the compiled preload is: Node.js runs it in the application, which knows nothing of TypeScript. */
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'

/** For `NODE_OPTIONS`. `--import` would leave out threads that are started from a text (seen with Node.js 20). */
export const requireEgress = (): string => `--require ${JSON.stringify(egressPreload())}`

/** Absolute path of the preload. When this code runs from source, the one in `dist`, which must have been built. */
function egressPreload(): string {
  const here = import.meta.dirname
  const source = `${sep}src${sep}runtime${sep}egress`
  const folder = here.endsWith(source) ? join(here.slice(0, -source.length), 'dist/runtime/egress') : here
  const file = join(folder, 'preload.js')
  if (!existsSync(file)) throw new Error(`Run \`npm run build\` first: ${file} is not there.`)
  return file
}
