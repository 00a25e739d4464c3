// Copies the page of every fault to docs/faults/<topic>/<fault>.md: there `explain` reads it, in the repository and in
// the published package. Pages that have no fault any more go away. test/catalogue.test.ts fails on a stale copy.
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

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
