/** One client of the stand-in: what it chose, what it queued, what it listens to. */
import type { Command } from './command.ts'
import { matcher } from './command.ts'
import { client, INFO, READS, SCRIPTS } from './fixed.ts'
import { OK, RedisError, type Reply } from './protocol.ts'
import type { Store } from './store.ts'

/** What all clients share. */
export interface Shared {
  commands: Readonly<Record<string, Command>>
  database(number: number): Store
  flush(number?: number): void
  /** Gives how many listened. */
  publish(channel: string, message: string): number
  /** A client ran a command that may have changed what is under these words, keys or not; none: everything. */
  touch(by: Connection, words?: readonly string[]): void
  /** Notes a command that is not served. */
  missing(name: string): void
}

export class Connection {
  version: 2 | 3 = 2
  ended = false
  private database = 0
  private queue: string[][] | undefined
  private spoiled = false
  private readonly watched = new Set<string>()
  private changed = false
  private readonly channels = new Set<string>()
  private readonly patterns = new Set<string>()
  private readonly shared: Shared
  private readonly send: (reply: Reply) => void

  constructor(shared: Shared, send: (reply: Reply) => void) {
    this.shared = shared
    this.send = send
  }

  /** Answers a request: its words, the name of the command first. */
  receive([word = '', ...words]: string[]): void {
    const name = word.toUpperCase()
    if (/^P?(?:UN)?SUBSCRIBE$/.test(name)) this.listen(name, words)
    else if (this.queue && !/^(?:EXEC|DISCARD|MULTI|WATCH|QUIT|RESET)$/.test(name))
      this.send(this.later(name, words))
    else this.send(this.answer(name, words))
  }

  /** Passes a message on when this client listens to its channel; gives whether. */
  hear(channel: string, message: string): number {
    let heard = 0
    if (this.channels.has(channel)) {
      this.send({ push: ['message', channel, message] })
      heard += 1
    }
    for (const pattern of this.patterns) {
      if (!matcher(pattern).test(channel)) continue
      this.send({ push: ['pmessage', pattern, channel, message] })
      heard += 1
    }
    return heard
  }

  /** Somebody else may have changed what is under these words. */
  touched(words: readonly string[] | undefined): void {
    if (words?.some((word) => this.watched.has(word)) ?? this.watched.size > 0) this.changed = true
  }

  private later(name: string, words: string[]): Reply {
    const known = this.shared.commands[name] !== undefined || name in own
    if (!known) {
      this.spoiled = true
      return this.answer(name, words)
    }
    this.queue?.push([name, ...words])
    return { simple: 'QUEUED' }
  }

  private answer(name: string, words: string[]): Reply {
    try {
      const special = own[name]
      if (special) return special.call(this, words)
      const command = this.shared.commands[name]
      if (!command) throw this.notServed(name, words)
      const { least, most = Number.POSITIVE_INFINITY } = command
      if (words.length < least || words.length > most)
        throw new RedisError(`ERR wrong number of arguments for '${name.toLowerCase()}' command`)
      if (!READS.test(name)) this.shared.touch(this, words)
      return command.run(this.shared.database(this.database), words)
    } catch (error) {
      if (error instanceof RedisError) return { error: error.message }
      throw error
    }
  }

  private notServed(name: string, words: string[]): RedisError {
    this.shared.missing(name)
    if (SCRIPTS.test(name)) return new RedisError('ERR Lua scripts are not run by this stand-in for Redis')
    const first = words.slice(0, 1).map((one) => ` '${one.slice(0, 40)}'`)
    return new RedisError(`ERR unknown command '${name.slice(0, 40)}', with args beginning with:${first}`)
  }

  private listen(name: string, words: string[]): void {
    const kept = name.startsWith('P') ? this.patterns : this.channels
    const ends = name.includes('UNSUB')
    const named = ends && words.length === 0 ? [...kept] : words
    const told: (string | null)[] = named.length > 0 ? named : [null]
    for (const one of told) {
      if (one !== null) ends ? kept.delete(one) : kept.add(one)
      this.send({ push: [name.toLowerCase(), one, this.channels.size + this.patterns.size] })
    }
  }

  hello(words: string[]): Reply {
    const [version] = words
    if (version !== undefined && version !== '2' && version !== '3')
      throw new RedisError('NOPROTO unsupported protocol version')
    if (version !== undefined) this.version = version === '3' ? 3 : 2
    return {
      map: [
        ['server', 'redis'],
        ['version', '7.2.0'],
        ['proto', this.version],
        ['id', 1],
        ['mode', 'standalone'],
        ['role', 'master'],
        ['modules', []],
      ],
    }
  }

  select([number = '']: string[]): Reply {
    if (!/^\d{1,2}$/.test(number)) throw new RedisError('ERR DB index is out of range')
    this.database = Number(number)
    return OK
  }

  multi(): Reply {
    if (this.queue) throw new RedisError('ERR MULTI calls can not be nested')
    this.queue = []
    this.spoiled = false
    return OK
  }

  exec(): Reply {
    const queue = this.queue
    if (!queue) throw new RedisError('ERR EXEC without MULTI')
    const changed = this.changed
    this.unwatch()
    if (this.spoiled) throw new RedisError('EXECABORT Transaction discarded because of previous errors.')
    if (changed) return null
    return queue.map(([name = '', ...words]) => this.answer(name, words))
  }

  discard(): Reply {
    if (!this.queue) throw new RedisError('ERR DISCARD without MULTI')
    this.unwatch()
    return OK
  }

  watch(keys: string[]): Reply {
    if (this.queue) throw new RedisError('ERR WATCH inside MULTI is not allowed')
    for (const key of keys) this.watched.add(key)
    return OK
  }

  /** Ends what was begun with `WATCH` or `MULTI`. */
  unwatch(): Reply {
    this.queue = undefined
    this.watched.clear()
    this.changed = false
    return OK
  }

  quit(): Reply {
    this.ended = true
    return OK
  }

  ping([text]: string[]): Reply {
    if (this.version === 2 && this.channels.size + this.patterns.size > 0) return ['pong', text ?? '']
    return text ?? { simple: 'PONG' }
  }

  publish([channel = '', message = '']: string[]): Reply {
    return this.shared.publish(channel, message)
  }

  flush(all: boolean): Reply {
    this.shared.touch(this)
    this.shared.flush(all ? undefined : this.database)
    return OK
  }
}

/** All passwords are right: there is none. */
const own: Record<string, (this: Connection, words: string[]) => Reply> = {
  PING(words) {
    return this.ping(words)
  },
  ECHO: ([text = '']) => text,
  HELLO(words) {
    return this.hello(words)
  },
  AUTH: () => OK,
  SELECT(words) {
    return this.select(words)
  },
  CLIENT: client,
  INFO: () => INFO,
  COMMAND: ([what]) => (what?.toUpperCase() === 'COUNT' ? 0 : []),
  CONFIG: ([what, name = '']) => {
    if (what?.toUpperCase() !== 'GET') return OK
    return { map: /maxmemory-policy/i.test(name) ? [['maxmemory-policy', 'noeviction']] : [] }
  },
  TIME: () => [String(Math.floor(Date.now() / 1000)), String((Date.now() % 1000) * 1000)],
  QUIT() {
    return this.quit()
  },
  RESET() {
    this.unwatch()
    this.version = 2
    return { simple: 'RESET' }
  },
  WATCH(words) {
    return this.watch(words)
  },
  UNWATCH() {
    return this.unwatch()
  },
  MULTI() {
    return this.multi()
  },
  EXEC() {
    return this.exec()
  },
  DISCARD() {
    return this.discard()
  },
  PUBLISH(words) {
    return this.publish(words)
  },
  FLUSHDB() {
    return this.flush(false)
  },
  FLUSHALL() {
    return this.flush(true)
  },
}
