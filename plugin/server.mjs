// Starts the server that the plugin speaks to: the one installed in the project, or the one that this plugin lies beside.
// It fetches nothing: which version runs is the project's decision.
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const inProject = () => {
  try {
    const main = createRequire(join(process.cwd(), 'package.json')).resolve('backend-engineer')
    return join(main, '../cli/mcp.js')
  } catch (error) {
    if (error.code === 'MODULE_NOT_FOUND') return undefined
    throw error
  }
}

const server = [inProject(), join(import.meta.dirname, '../dist/cli/mcp.js')].find(
  (file) => file !== undefined && existsSync(file),
)
if (server) await import(pathToFileURL(server).href)
else {
  process.stderr.write(
    'backend-engineer is not installed in this project: npm install --save-dev backend-engineer\n',
  )
  process.exitCode = 1
}
