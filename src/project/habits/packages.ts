/** Package manager, manifest and Node. */
import { isRecord } from '../../source/config.ts'
import type { Habit, Habits } from './habits.ts'
import { inFolder, manifestOf, type Reading } from './reading.ts'
import { above } from './versions.ts'

export function readPackageHabits(reading: Reading): Habits['packages'] {
  const { app, project } = reading
  const node = nodeOf(reading)
  return {
    manager: project.packages.manager ?? 'npm',
    manifest: manifestOf(app),
    asked: app.dependencies,
    ...(node && { node }),
    module: app.manifest.type === 'module' ? 'esm' : 'commonjs',
  }
}

/** Code names of the long-term releases, as `.nvmrc` may have them. */
const releases: Record<string, string> = { hydrogen: '18', iron: '20', jod: '22', krypton: '24' }

function nodeOf({ app, project, text }: Reading): Habit<string> | undefined {
  const manifests = [...above(app.folder)].flatMap((folder) =>
    project.packages.packages.filter((one) => one.folder === folder),
  )
  const setting = (key: 'engines' | 'volta'): Habit<string> | undefined => {
    for (const one of manifests) {
      const group = one.manifest[key]
      const value = isRecord(group) ? group.node : undefined
      if (typeof value === 'string' && value !== '*')
        return { value, at: lineOf(manifestOf(one), text(manifestOf(one)), '"node"') }
    }
    return undefined
  }
  return setting('engines') ?? pinned({ app, text }) ?? setting('volta')
}

function pinned({ app, text }: Pick<Reading, 'app' | 'text'>): Habit<string> | undefined {
  for (const folder of above(app.folder)) {
    for (const name of ['.nvmrc', '.node-version', '.tool-versions']) {
      const file = inFolder(folder, name)
      const found =
        name === '.tool-versions'
          ? /^nodejs\s+(\S+)/m.exec(text(file))?.[1]
          : text(file)
              .trim()
              .replace(/^lts\//, '')
      const value = releases[found ?? ''] ?? found?.replace(/^v/, '')
      if (value !== undefined && /^\d/.test(value)) return { value, at: { file, line: 1, column: 1 } }
    }
  }
  return undefined
}

export function lineOf(file: string, text: string, wanted: string) {
  const offset = Math.max(0, text.indexOf(wanted))
  const before = text.slice(0, offset)
  return { file, line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}
