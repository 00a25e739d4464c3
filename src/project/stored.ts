/** Which columns hold what a caller sent: what is read from them is as little to be trusted as the input was. */
import type { Access } from './flow/events.ts'
import { isChecked, schemaOf } from './flow/text.ts'
import { client, textOf, type Value } from './flow/value.ts'
import { argument } from './ownership.ts'
import type { Project } from './project.ts'
import { inputsIn } from './reach.ts'

/** The endpoint that writes a column, and the input that it writes. */
export interface Writer {
  label: string
  input: string
  /** Something looks at the input before it is written, wherever that is. */
  checked: boolean
}

const known = new WeakMap<Project, ReadonlyMap<string, Writer>>()

/**
 * `Webhook.url` → the endpoint that lets a caller write it; one that does not check it, where there is one. A column that
 * is copied from such a column counts as well.
 */
export function writtenColumns(project: Project): ReadonlyMap<string, Writer> {
  const cached = known.get(project)
  if (cached) return cached
  const writers = new Map<string, Writer>()
  const copies = new Map<string, Set<string>>()
  for (const run of project.runs) {
    if (!run.endpoint) continue
    for (const event of run.events) {
      if (event.k !== 'access' || !/^(create|update|upsert)/.test(event.operation)) continue
      for (const [column, value] of columnsWritten(event)) {
        const key = `${event.model}.${column}`
        for (const { source, input, stored, sure } of inputsIn(run, textOf(value).all)) {
          if (!sure) continue
          if (stored) {
            const from = copies.get(columnOf(input)) ?? new Set()
            copies.set(columnOf(input), from.add(key))
            continue
          }
          const checked = isChecked(event.facts, source)
          if (!checked || !writers.has(key)) {
            if (writers.get(key)?.checked !== false) writers.set(key, { label: run.label, input, checked })
          }
        }
      }
    }
  }
  const todo = [...writers]
  for (let next = todo.pop(); next; next = todo.pop()) {
    for (const copy of copies.get(next[0]) ?? []) {
      if (writers.has(copy)) continue
      writers.set(copy, next[1])
      todo.push([copy, next[1]])
    }
  }
  known.set(project, writers)
  return writers
}

/** `Flow.settings.forward.url` → `Flow.settings`. */
export const columnOf = (path: string): string => path.split('.').slice(0, 2).join('.')

function columnsWritten(access: Access): [string, Value][] {
  const values = ['data', 'create', 'update'].flatMap((name) => argument(access, name) ?? [])
  return values.flatMap(columnsOf)
}

function columnsOf(value: Value): [string, Value][] {
  const { shape } = value
  if (shape?.k === 'array') return [...(shape.items ?? []), shape.of].flatMap(columnsOf)
  if (shape?.k === 'object') return [...shape.fields, ...(shape.open ?? []).flatMap(columnsOf)]
  if (value.client === undefined || !value.schema) return []
  const schema = schemaOf(value.schema)
  return schema.k === 'object'
    ? [...schema.fields]
        .filter(([, field]) => field.k === 'string' || field.k === 'union')
        .map(([key]): [string, Value] => [key, client(`${value.client}.${key}`)])
    : []
}
