/** Answers of the application as values that can be compared. */
import { z } from 'zod'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

const json: z.ZodType<Json> = z.json()

/** The value of a JSON answer; another one is its text. */
export function parsedBody(body: string): Json {
  try {
    const value: unknown = JSON.parse(body)
    return json.parse(value)
  } catch {
    return body
  }
}

/** Where two values differ: `items[].updatedAt`, all elements of a list under one path; `''` is the value itself. */
export function pathsThatDiffer(a: Json, b: Json): string[] {
  const found = new Set<string>()
  const walk = (one: Json, other: Json, path: string): void => {
    if (Array.isArray(one) && Array.isArray(other)) {
      if (one.length !== other.length) found.add(path)
      else
        one.forEach((item, at) => {
          walk(item, other[at] ?? null, `${path}[]`)
        })
    } else if (isObject(one) && isObject(other)) {
      for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
        const inner = path === '' ? key : `${path}.${key}`
        const [left, right] = [one[key], other[key]]
        if (left === undefined || right === undefined) found.add(inner)
        else walk(left, right, inner)
      }
    } else if (one !== other) found.add(path)
  }
  walk(a, b, '')
  return [...found]
}

/** With the same word in place of what is at these paths. */
export function masked(value: Json, paths: readonly string[], path = ''): Json {
  if (paths.includes(path)) return 'not compared'
  if (Array.isArray(value)) return value.map((item) => masked(item, paths, `${path}[]`))
  if (!isObject(value)) return value
  const inner = (key: string): string => (path === '' ? key : `${path}.${key}`)
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, masked(item, paths, inner(key))]),
  )
}

/** Every list in an order of its own, which does not depend on the one it came in. */
export function sortedLists(value: Json): Json {
  if (Array.isArray(value)) {
    const items = value.map(sortedLists).map((item) => [JSON.stringify(item), item] as const)
    return items.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, item]) => item)
  }
  if (!isObject(value)) return value
  const keys = Object.keys(value).sort()
  return Object.fromEntries(keys.map((key) => [key, sortedLists(value[key] ?? null)]))
}

export const isObject = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
