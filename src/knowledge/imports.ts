/** Import lines of samples, as the project would write them. */
import type { Habits, Import } from '../project/habits/habits.ts'
import { canonical } from './canonical.ts'

/** What stands for a name that a sample imports. `gone`: it is not used any more. */
type Home = Import | { package: string; name: string } | 'gone' | undefined

/** The import lines of `text` rewritten for a file of the project; names that have no counterpart keep their line. */
export function withImports(text: string, file: string, habits: Habits): string {
  return text.replace(
    /^import (type )?\{ ([^}]+) \} from '([^']+)'\n/gm,
    (line: string, type: string | undefined, names: string, module: string) => {
      const modules = new Map<string, string[]>()
      let changed = false
      for (const name of names.split(',').map((one) => one.trim())) {
        const home = homeOf(name.replace(/^type /, ''), module, habits)
        if (home !== undefined) changed = true
        if (home === 'gone') continue
        const { specifier, written } = importedAs(name, home, module, file, habits)
        modules.set(specifier, [...(modules.get(specifier) ?? []), written])
      }
      if (!changed) return line
      return [...modules].map(([from, written]) => importLine(type ?? '', written, from)).join('')
    },
  )
}

const importLine = (type: string, names: readonly string[], from: string): string => {
  const [only = ''] = names
  const what = names.length === 1 && only.startsWith('default ') ? only.slice(8) : `{ ${names.join(', ')} }`
  return `import ${type}${what} from '${from}'\n`
}

function importedAs(name: string, home: Exclude<Home, 'gone'>, module: string, file: string, habits: Habits) {
  if (home === undefined) return { specifier: module, written: name }
  if ('package' in home) return { specifier: home.package, written: home.name }
  const specifier = habits.specifier(file, home.file)
  const written = home.name === 'default' ? `default ${home.local ?? name}` : home.name
  return { specifier, written: name.startsWith('type ') ? `type ${written}` : written }
}

function homeOf(name: string, module: string, habits: Habits): Home {
  const { client, generated, answers, authentication } = habits
  if (module === canonical.client.module && client) return client.value
  if (module === canonical.generated && generated)
    return 'package' in generated.value
      ? { package: generated.value.package, name }
      : { file: generated.value.file, name }
  if (module === canonical.http && name === canonical.error) return answers.error?.value
  if (module === canonical.http && name === canonical.respond)
    return answers.respond?.value ?? (knowsAnswers(habits) ? 'gone' : undefined)
  if (module === canonical.session.module && name === canonical.session.name) {
    if (authentication.accessor) return authentication.accessor.value
  }
  return undefined
}

/** How the project answers was counted in its handlers. */
export const knowsAnswers = ({ answers }: Habits): boolean => (answers.success.of?.count ?? 0) > 0
