/** How exports of the project are imported: from which file, under which name. */
import { placeOf } from '../../source/syntax.ts'
import { keyOf, mentionOf } from '../conventions/exported.ts'
import { ranked, tally } from '../conventions/sources.ts'
import { findExport } from '../flow/program.ts'
import type { Callable } from './callables.ts'
import type { Habit, Import } from './habits.ts'
import { parametersAt } from './parameters.ts'
import type { Reading } from './reading.ts'

/** As an export is imported most: through a barrel or a package when that is how it is done here. */
export function importOf({ own }: Reading, from: { file: string; name: string }): Import {
  const ways = new Map<string, { count: number; value: { file: string; name: string } }>()
  const locals = new Map<string, { count: number; value: string }>()
  const mentions = new RegExp(mentionOf(keyOf(from.file, from.name)))
  for (const { file, text } of own.files) {
    if (file === from.file || !mentions.test(text)) continue
    for (const binding of own.program.syntax(file)?.bindings ?? []) {
      if (binding.k !== 'import') continue
      const direct = own.program.resolve(file, binding.from).file
      if (direct === undefined) continue
      const target = findExport(own.program, file, binding.from, binding.imported)
      if (!target || !('entry' in target)) continue
      if (target.syntax.file !== from.file || target.entry.name !== from.name) continue
      tally(ways, `${direct}#${binding.imported}`, () => ({ file: direct, name: binding.imported }))
      tally(locals, binding.name, () => binding.name)
    }
  }
  const way = ranked(ways)[0]?.[2] ?? from
  const local = ranked(locals)[0]?.[0]
  return { ...way, ...(way.name === 'default' && { local: local ?? localOf(from.file) }) }
}

/** `src/lib/api-error.ts` → `apiError` */
export const localOf = (file: string): string =>
  (
    file
      .replace(/\/index\.\w+$/, '')
      .split('/')
      .at(-1) ?? 'value'
  )
    .replace(/\.\w+$/, '')
    .replace(/\W+(\w)/g, (_, letter: string) => letter.toUpperCase())

/** A function with its parameters, as it is imported. */
export function helperHabit(
  reading: Reading,
  { syntax, name, member, at, fn }: Callable,
  count: number,
): Habit<Import & { parameters: string[] }> {
  const parameters = parametersAt(reading.text(syntax.file), fn.at).map((one) => one.name)
  return {
    value: {
      ...importOf(reading, { file: syntax.file, name }),
      ...(member !== undefined && { member }),
      parameters,
    },
    at: placeOf(syntax, member === undefined ? at : fn.at),
    of: { count, total: reading.handlers.size },
  }
}
