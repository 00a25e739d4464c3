// Copies the page of every fault to docs/faults/<topic>/<fault>.md: there `explain` reads it, in the repository and in
// the published package. Pages that have no fault any more go away. test/catalogue.test.ts fails on a stale copy.
// Writes docs/policy.schema.json, by which an editor checks a policy, from src/core/policy.ts.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const source = join(root, 'src/faults')
const target = join(root, 'docs/faults')

rmSync(target, { recursive: true, force: true })
mkdirSync(target, { recursive: true })
for (const file of readdirSync(source, { recursive: true, encoding: 'utf8' })) {
  const folder = dirname(file)
  if (basename(file) !== `${basename(folder)}.md`) continue
  mkdirSync(join(target, dirname(folder)), { recursive: true })
  copyFileSync(join(source, file), join(target, `${folder}.md`))
}

const { outputFiles } = await build({
  stdin: {
    contents:
      "import { z } from 'zod'; import { policySchema } from './src/core/policy.ts'; export const schema = z.toJSONSchema(policySchema, { io: 'input' })",
    resolveDir: root,
  },
  bundle: true,
  format: 'esm',
  platform: 'node',
  write: false,
})
const { schema } = await import(
  `data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`
)
writeFileSync(join(root, 'docs/policy.schema.json'), `${JSON.stringify(schema, null, 2)}\n`)
