/** Where the compiled preload is: Node.js runs it in the application, which knows nothing of TypeScript. */
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'

/** Absolute path of the preload. When this code runs from source, the one in `dist`, which must have been built. */
export function egressPreload(): string {
  const here = import.meta.dirname
  const source = `${sep}src${sep}runtime${sep}egress`
  const folder = here.endsWith(source) ? join(here.slice(0, -source.length), 'dist/runtime/egress') : here
  const file = join(folder, 'preload.js')
  if (!existsSync(file)) throw new Error(`Run \`npm run build\` first: ${file} is not there.`)
  return file
}
