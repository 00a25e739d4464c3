/** Small pieces of TypeScript. */

/** A value as code. `undefined` inside of objects stays. */
export function literal(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value === 'string') return quoted(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, one]) => `${keyed(key)}: ${literal(one)}`)
      .join(', ')} }`
  return String(value)
}

/** A string of TypeScript. */
export function quoted(text: string): string {
  const plain = text
    .replace(/[\\']/g, '\\$&')
    .replace(/\n/g, '\\n')
    .replace(/\r/g, '\\r')
    .replaceAll('\0', '\\u0000')
  return `'${plain}'`
}

/** A key of an object, with quotes where it needs them. */
export const keyed = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key))

/** `.title`, `['x-key']`, `[0]` */
export const member = (key: string | number): string =>
  typeof key === 'number' ? `[${key}]` : /^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `[${quoted(key)}]`

/** `dueAt` → `due at`, `work-order` → `work order` */
export const words = (name: string): string =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[-_]+/g, ' ')
    .toLowerCase()

export const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1)
