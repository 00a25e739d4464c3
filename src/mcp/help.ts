import type { Operation } from '../core/operation.ts'
import { takesOf } from './tools.ts'

/** What a tool does and all that it takes, also what the list leaves out. */
export function helpOf(operation: Operation<unknown>): string {
  const { own, besides } = takesOf(operation)
  const lines = own.map(({ key, kind, multiple, choices, required, help }) => {
    const type = choices?.join('|') ?? (multiple ? 'list' : kind)
    return `${key} (${type}${required ? ', required' : ''}): ${help}`
  })
  const required = own.filter((one) => one.required).map(({ key }) => [key, `<${key}>`])
  return [
    `${operation.name}: ${operation.description}`,
    ...lines,
    ...Object.entries(besides).map(([key, help]) => `${key}: ${help}`),
    `next: ${operation.name} ${JSON.stringify(Object.fromEntries(required))}`,
    '',
  ].join('\n')
}
