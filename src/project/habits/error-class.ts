/** The class of errors that the project throws to answer with a status. */
import { placeOf, type Syntax } from '../../source/syntax.ts'
import { importers, keyOf } from '../conventions/exported.ts'
import { findExport } from '../flow/program.ts'
import type { AnswerHabits } from './habits.ts'
import { importOf } from './imports.ts'
import { type Parameter, parametersAt } from './parameters.ts'
import type { Reading } from './reading.ts'

interface ErrorClass {
  key: string
  syntax: Syntax
  name: string
  at: number
  parameters: Parameter[]
  /** Of the class of the project that it extends. */
  parent?: string
}

/** One that can say what went wrong: it is given a status or a code. The most used, with its subclasses. */
export function errorClassOf(reading: Reading): AnswerHabits['error'] {
  const classes = new Map(classesIn(reading).map((one) => [one.key, one]))
  const counts = importers(reading.own, new Set(classes.keys()))
  const uses = new Map<string, number>()
  for (const { key } of classes.values()) {
    const count = counts.get(key)?.length ?? 0
    for (let at = classes.get(key), depth = 0; at && depth < 5; at = classes.get(at.parent ?? ''), depth++)
      uses.set(at.key, (uses.get(at.key) ?? 0) + count)
  }
  const [most] = [...classes.values()]
    .filter(
      ({ key, parameters }) =>
        (uses.get(key) ?? 0) > 0 && parameters.some(chooses) && !parameters.some(isNarrow),
    )
    .sort((a, b) => (uses.get(b.key) ?? 0) - (uses.get(a.key) ?? 0))
  const total = [...counts.values()].reduce((sum, one) => sum + one.length, 0)
  const count = uses.get(most?.key ?? '') ?? 0
  // One that hardly anybody throws is of some corner of the project.
  if (!most || count * 10 < total || (count < 2 && count < total)) return undefined
  const { syntax, name, parameters } = most
  return {
    value: { ...importOf(reading, { file: syntax.file, name }), parameters },
    at: placeOf(syntax, most.at),
    of: {
      count: uses.get(most.key) ?? 0,
      total: [...counts.values()].reduce((sum, one) => sum + one.length, 0),
    },
  }
}

/** `status: number`, `{ code, message }`, `code: ErrorCode` */
const chooses = ({ name, type = '' }: Parameter): boolean =>
  /(?:^|\W)(?:http)?_?(?:status|code)(?:_?code)?(?:$|\W)|errorCode/i.test(
    type.startsWith('{') ? `${name} ${type}` : name,
  )

/** `code: 'expired' | 'missing'`: of one corner of the project. */
const isNarrow = ({ name, type = '' }: Parameter): boolean => /code/i.test(name) && /^['"]/.test(type)

function* candidates(reading: Reading): Generator<Syntax> {
  for (const { file, text } of reading.own.files) {
    if (!/\bclass \w+[^{]*\bextends\b[^{]*(?:Error|Exception)/.test(text)) continue
    const syntax = reading.own.program.syntax(file)
    if (syntax) yield syntax
  }
}

function classesIn(reading: Reading): ErrorClass[] {
  const found: ErrorClass[] = []
  for (const syntax of candidates(reading)) {
    for (const { name, value, at } of syntax.exports) {
      const cls = classAt(syntax, value)
      if (cls?.extends?.k !== 'name' || !/(?:Error|Exception)$/.test(cls.extends.name)) continue
      const init = cls.members.find((member) => member.name === 'constructor')?.value
      const fn = init?.k === 'fn' ? syntax.functions[init.fn] : undefined
      const parent = parentOf(reading, syntax, cls.extends)
      const parameters = fn ? parametersAt(reading.text(syntax.file), fn.at) : []
      found.push({ key: keyOf(syntax.file, name), syntax, name, at, parameters, ...(parent && { parent }) })
    }
  }
  // A class without a constructor has the one of its parent.
  const byKey = new Map(found.map((one) => [one.key, one]))
  for (const one of found)
    if (one.parameters.length === 0 && one.parent) one.parameters = byKey.get(one.parent)?.parameters ?? []
  return found
}

function classAt(syntax: Syntax, value: Syntax['exports'][number]['value']) {
  if (value?.k === 'class') return syntax.classes[value.cls]
  const binding = value?.k === 'name' ? syntax.bindings[value.b] : undefined
  return binding?.k === 'class' ? syntax.classes[binding.cls] : undefined
}

function parentOf({ own }: Reading, syntax: Syntax, parent: { name: string; b: number }): string | undefined {
  const binding = syntax.bindings[parent.b]
  if (binding?.k === 'class') return keyOf(syntax.file, parent.name)
  if (binding?.k !== 'import') return undefined
  const target = findExport(own.program, syntax.file, binding.from, binding.imported)
  return target && 'entry' in target ? keyOf(target.syntax.file, target.entry.name) : undefined
}
