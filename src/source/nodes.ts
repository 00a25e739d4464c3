/** A node of the parser's tree. What is in it is checked where it is used. */
export interface Node {
  type: string
  start: number
  end: number
  [key: string]: unknown
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
export const node = (value: unknown): Node | null => (isNode(value) ? value : null)
export const nodes = (value: unknown): Node[] => (Array.isArray(value) ? value.filter(isNode) : [])
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
