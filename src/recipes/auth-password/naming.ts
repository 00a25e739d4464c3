/** Names in the style of the project. */
import type { Habits } from '../../project/habits/habits.ts'

/** `retry-later` → `retryLater`, `RetryLater` by how files are named. */
export function fileName(words: string, style: Habits['app']['fileNames']): string {
  if (style === 'kebab-case') return words
  const camel = words.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  return style === 'camelCase' ? camel : camel.charAt(0).toUpperCase() + camel.slice(1)
}

export function snake(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase()
}

/** A property whose name may be that of the variable. */
export function property(name: string, value: string): string {
  return name === value ? name : `${name}: ${value}`
}

/** A string of TypeScript. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}
