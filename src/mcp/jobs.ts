/**
 * Runs of operations that may take longer than a call. A call that comes back before its run is over leaves it running;
 * the same call again waits for it. Runs that start an application go one after the other: two would measure each other.
 */
import { UserError } from '../core/error.ts'
import type { Context } from '../core/operation.ts'
import type { Report } from '../core/report.ts'

export interface Wanted {
  /** The same for calls that ask the same. */
  key: string
  /** What a person would call it: `prove`. */
  name: string
  /** State of the files that the run reads; a run of other files is of no use. Absent: not to be kept. */
  state?: () => Promise<string>
  work(context: Pick<Context, 'signal' | 'progress'>): Promise<Report>
}

export interface Caller {
  signal: AbortSignal
  budgetMs: number
  /** Called for each step, also those of a run that this one waits for. */
  progress?: (step: string) => void
}

export type Outcome =
  | { kind: 'done'; report: Report }
  /** Its budget is used up. `step`: what it does now. */
  | { kind: 'running'; step: string; seconds: number; begunAnew: boolean }

type Ended = { report: Report } | { error: unknown }

interface Job {
  name: string
  stop: AbortController
  began: number
  step: string
  state: string
  listeners: Set<(step: string) => void>
  ended: Promise<Ended>
}

/** All runs of one session. `close` ends them. */
export class Jobs {
  readonly #jobs = new Map<string, Job>()
  #last: Promise<unknown> = Promise.resolve()
  #running: string | undefined

  /** Runs it, or waits for the run that an earlier call began. Throws what the run throws, or the reason of the signal. */
  async run(wanted: Wanted, caller: Caller): Promise<Outcome> {
    caller.signal.throwIfAborted()
    const state = (await wanted.state?.()) ?? ''
    const earlier = this.#jobs.get(wanted.key)
    const stale = earlier !== undefined && earlier.state !== state
    if (stale) await this.#end(wanted.key, earlier)
    const job = this.#jobs.get(wanted.key) ?? this.#begin(wanted, state)
    const ended = await this.#wait(job, caller)
    if (caller.signal.aborted) {
      // Somebody else may wait for the same run.
      if (job.listeners.size === 0) await this.#end(wanted.key, job)
      caller.signal.throwIfAborted()
    }
    if (ended === undefined) {
      const seconds = Math.round((performance.now() - job.began) / 1000)
      return { kind: 'running', step: job.step, seconds, begunAnew: stale }
    }
    if (this.#jobs.get(wanted.key) === job) this.#jobs.delete(wanted.key)
    if ('error' in ended) throw job.stop.signal.aborted ? stopped(wanted.name) : ended.error
    return { kind: 'done', report: ended.report }
  }

  /** Ends all runs, and is done when they have cleaned up. */
  async close(): Promise<void> {
    await Promise.all([...this.#jobs].map(([key, job]) => this.#end(key, job)))
  }

  #begin(wanted: Wanted, state: string): Job {
    const stop = new AbortController()
    const listeners: Job['listeners'] = new Set()
    const job: Job = {
      name: wanted.name,
      stop,
      began: performance.now(),
      step: this.#running === undefined ? 'starting' : `waiting for ${this.#running}, which is still running`,
      state,
      listeners,
      ended: Promise.resolve({ error: new Error('It was not begun.') }),
    }
    const before = this.#last
    job.ended = (async (): Promise<Ended> => {
      await before
      try {
        stop.signal.throwIfAborted()
        this.#running = wanted.name
        const progress = (step: string): void => {
          job.step = step
          for (const tell of listeners) tell(step)
        }
        return { report: await wanted.work({ signal: stop.signal, progress }) }
      } catch (error) {
        return { error }
      } finally {
        this.#running = undefined
      }
    })()
    this.#last = job.ended
    this.#jobs.set(wanted.key, job)
    return job
  }

  /** What the run came to; `undefined` when the caller's time or patience is over before. */
  async #wait(job: Job, { signal, budgetMs, progress }: Caller): Promise<Ended | undefined> {
    const listener = (step: string): void => progress?.(step)
    job.listeners.add(listener)
    listener(job.step)
    let give: () => void = () => undefined
    const over = new Promise<undefined>((resolve) => {
      give = () => resolve(undefined)
    })
    const timer = setTimeout(give, budgetMs)
    // A host that hears nothing for long gives up.
    const beat = setInterval(() => listener(job.step), BEAT_MS)
    signal.addEventListener('abort', give)
    try {
      return await Promise.race([job.ended, over])
    } finally {
      clearTimeout(timer)
      clearInterval(beat)
      signal.removeEventListener('abort', give)
      job.listeners.delete(listener)
    }
  }

  async #end(key: string, job: Job): Promise<void> {
    job.stop.abort(new Error('The call was cancelled.'))
    await job.ended
    if (this.#jobs.get(key) === job) this.#jobs.delete(key)
  }
}

/** Said to whoever waits for a run that another call has ended. */
const stopped = (name: string): UserError =>
  new UserError(`This run of ${name} was ended: its files changed, or it was cancelled.`, 'Call it again.')

const BEAT_MS = 10_000
