/** Libraries for validation and authentication. */
import { accessorsOf } from '../conventions/accessors.ts'
import { authentication, validators } from '../conventions.ts'
import type { Habit, Habits } from './habits.ts'
import { importOf } from './imports.ts'
import { lineOf } from './packages.ts'
import { manifestOf, type Reading } from './reading.ts'
import { majorOf, versionOf } from './versions.ts'

type Validation = Habits['validation']

export function readValidation(reading: Reading): Validation {
  const counts = new Map<string, number>()
  const files = new Map<string, string>()
  for (const { file, text } of reading.own.files) {
    for (const name of validators) {
      if (!text.includes(name) || !new RegExp(`from ['"]${name}(?:/[\\w-]+)*['"]`).test(text)) continue
      counts.set(name, (counts.get(name) ?? 0) + 1)
      if (!files.has(name)) files.set(name, file)
    }
  }
  const asked = validators.filter((name) => reading.reach.some((one) => one.dependencies[name] !== undefined))
  const used = [...counts].sort((a, b) => b[1] - a[1])
  const name = used[0]?.[0] ?? asked[0]
  if (name === undefined) return { value: { library: 'none', schemas: 'inline' } }
  const major = majorOf(versionOf(reading, name))
  const of = { count: used[0]?.[1] ?? 0, total: used.reduce((sum, [, count]) => sum + count, 0) }
  return {
    value: {
      library: libraryOf(name),
      ...(major !== undefined && { major }),
      schemas: schemasOf(reading, name),
    },
    ...dependencyPlace(reading, name),
    of,
  }
}

function libraryOf(name: string): Validation['value']['library'] {
  return name === 'zod' || name === 'valibot' || name === 'yup' || name === 'joi' ? name : 'other'
}

/** Where the schemas of handlers are made: beside the handler, or in other files. */
function schemasOf({ own, handlers }: Reading, name: string): 'inline' | 'file' {
  let inline = 0
  let apart = 0
  for (const file of handlers) {
    const text = own.files.find((one) => one.file === file)?.text ?? ''
    if (/\b\w+\.(?:object|strictObject|interface)\(/.test(text) && text.includes(name)) inline++
    else if (
      /\b\w+\.(?:safeParse|parse|parseAsync|safeParseAsync|validate)\(|\.(?:input|schema|inputSchema)\(\w/.test(
        text,
      )
    )
      apart++
  }
  return apart > inline ? 'file' : 'inline'
}

function dependencyPlace(reading: Reading, name: string): Pick<Habit<string>, 'at'> {
  const owner = reading.reach.find((one) => one.dependencies[name] !== undefined)
  if (!owner) return {}
  const file = manifestOf(owner)
  return { at: lineOf(file, reading.text(file), `"${name}"`) }
}

export function readAuthentication(reading: Reading): Habits['authentication'] {
  const libraries = authentication
    .filter((name) => reading.reach.some((one) => one.dependencies[name] !== undefined))
    .map((name): Habit<string> => ({ value: name, ...dependencyPlace(reading, name) }))
  const accessors = accessorsOf(reading.own, reading.handlers)
  const total = reading.own.files.length
  const own = accessors.find(({ from }) => from !== undefined)
  const foreign = accessors.find((one) => one.package !== undefined)
  return {
    libraries,
    // One that hardly anybody imports, where others ask the package, is no habit.
    ...(own?.from &&
      own.count * 20 > (foreign?.count ?? 0) && {
        accessor: { value: importOf(reading, own.from), at: own.location, of: { count: own.count, total } },
      }),
    ...(foreign?.package && {
      packageAccessor: { value: foreign.package, at: foreign.location, of: { count: foreign.count, total } },
    }),
  }
}
