// A draft of an application of this repository with the recipe `auth-password` in it, for the benches of the recipe.
import { readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readHabits } from '../dist/project/habits/read.js'
import { loadProject } from '../dist/project/load.js'
import { openDraft } from '../dist/proof/draft.js'
import { formatDraft } from '../dist/proof/format-draft.js'
import { copyIn } from '../dist/proof/write-change.js'
import { authInput, authPassword } from '../dist/recipes/auth-password/index.js'

const repository = join(import.meta.dirname, '..')

export const versionOf = (name) =>
  JSON.parse(readFileSync(join(repository, 'node_modules', name, 'package.json'), 'utf8')).version

/** Opens it in `workFolder`. `settings`: `name=value` of the recipe; `more`: files that it has besides. */
export async function openCopy({ app, settings, workFolder, signal, progress, more = [] }) {
  const project = await loadProject(join(repository, app))
  const habits = readHabits(project)
  const input = authInput.parse(Object.fromEntries(settings.map(pair)))
  const facts = { habits, project, stamp: '20260101000000' }
  const plan = await authPassword.plan(facts, input)
  const context = { workFolder, cacheFolder: join(tmpdir(), 'recipe-copy-cache'), signal, progress }
  const draft = await openDraft({
    project,
    change: plan.change,
    packages: plan.packages,
    manager: habits.packages.manager,
    ...context,
  })
  await formatDraft(draft, plan.change, habits.code.formatter.value, signal)
  const scaffold = authPassword.scaffold(facts, input)
  await copyIn(draft.root, new Map([...scaffold.files, ...more].map(({ file, text }) => [file, text])))
  return {
    draft,
    facts,
    input,
    env: scaffold.env,
    context: { ...context, root: draft.root },
    drafted: await loadProject(draft.root),
    text: (file) => readFileSync(join(draft.root, file), 'utf8'),
  }
}

function pair(text) {
  const [name, value] = text.split('=')
  if (/^\d+$/.test(value)) return [name, Number(value)]
  return [name, value === 'true' || value === 'false' ? value === 'true' : value]
}
