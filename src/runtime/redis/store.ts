/** What a stand-in for Redis holds: values under keys, some of which expire. */
import { RedisError } from './protocol.ts'

export type Value =
  | { k: 'string'; text: string }
  | { k: 'hash'; fields: Map<string, string> }
  | { k: 'set'; members: Set<string> }
  | { k: 'zset'; scores: Map<string, number> }
  | { k: 'list'; items: string[] }

export interface Entry {
  value: Value
  /** Milliseconds since 1970. */
  expires?: number
}

type Kind = Value['k']
type Of<K extends Kind> = Extract<Value, { k: K }>

/** One numbered database. A collection without members is not there. */
export class Store {
  readonly entries: Map<string, Entry>
  /** What comes to be there when it is first asked for. */
  private readonly first: (key: string) => Entry | undefined

  constructor(entries: Map<string, Entry>, first: (key: string) => Entry | undefined) {
    this.entries = entries
    this.first = first
  }

  entry(key: string): Entry | undefined {
    const found = this.entries.get(key)
    if (found?.expires !== undefined && found.expires <= Date.now()) {
      this.entries.delete(key)
      return undefined
    }
    if (found) return found
    const fresh = this.first(key)
    if (fresh) this.entries.set(key, fresh)
    return fresh
  }

  /** All keys that have not expired. */
  keys(): string[] {
    return [...this.entries.keys()].filter((key) => this.entry(key))
  }

  has(key: string): boolean {
    return this.entry(key) !== undefined
  }

  text(key: string): string | undefined {
    return this.read(key, 'string')?.text
  }

  /** Takes the place of what was there, and of its time. */
  setText(key: string, text: string, expires?: number): void {
    this.entries.set(key, { value: { k: 'string', text }, ...(expires === undefined ? {} : { expires }) })
  }

  delete(key: string): boolean {
    return this.has(key) && this.entries.delete(key)
  }

  /** The value when it is there. Throws a `RedisError` when it is of another kind. */
  read<K extends Kind>(key: string, kind: K): Of<K> | undefined {
    const value = this.entry(key)?.value
    if (value === undefined) return undefined
    if (!isOf(value, kind))
      throw new RedisError('WRONGTYPE Operation against a key holding the wrong kind of value')
    return value
  }

  /** Changes a collection, an empty one where there is none; what is empty afterwards is gone. */
  change<K extends Kind, T>(key: string, kind: K, fresh: Of<K>, work: (value: Of<K>) => T): T {
    const value = this.read(key, kind) ?? fresh
    if (value === fresh) this.entries.set(key, { value: fresh })
    const result = work(value)
    if (sizeOf(value) === 0) this.entries.delete(key)
    return result
  }
}

function isOf<K extends Kind>(value: Value, kind: K): value is Of<K> {
  return value.k === kind
}

function sizeOf(value: Value): number {
  switch (value.k) {
    case 'string':
      return 1
    case 'hash':
      return value.fields.size
    case 'set':
      return value.members.size
    case 'zset':
      return value.scores.size
    case 'list':
      return value.items.length
  }
}
