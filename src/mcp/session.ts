/** What a call of a tool does, from its arguments to its text. */
import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import type { Context, Operation } from '../core/operation.ts'
import type { Report } from '../core/report.ts'
import { treeState } from '../operations/answers.ts'
import { operations as all } from '../operations/index.ts'
import { inputsOf } from '../operations/inputs.ts'
import { agent } from '../report/agent.ts'
import { type Asked, read } from './arguments.ts'
import { type Call, callOf } from './call-of.ts'
import { helpOf } from './help.ts'
import { Jobs } from './jobs.ts'
import { type Plan, Plans } from './plans.ts'
import { takeBack } from './take-back.ts'

/** What the server is started with. */
export interface World {
  /** Absolute path of the project, where a call names no other. */
  cwd: string
  contextOf(root: string): Context
  /** Those of the tool, in place of the list. */
  operations?: readonly Operation<unknown>[]
}

export interface Caller {
  signal: AbortSignal
  /** Called with a short text for each step. */
  progress?: (step: string) => void
}

export interface Answer {
  text: string
  isError: boolean
}

/** Below the 60 s after which clients give up on a request (`DEFAULT_REQUEST_TIMEOUT_MSEC` of the MCP SDK). */
const usualBudget = 50
/** Answers of runs that are kept to be paged through. */
const kept = 8

/** All calls of one connection: runs that go on between calls, and the plans that were shown. */
export class Session {
  readonly #world: World
  readonly #operations: readonly Operation<unknown>[]
  readonly #jobs = new Jobs()
  readonly #plans = new Plans()
  /** With the inputs that they were made with. */
  readonly #reports = new Map<string, Pick<Shown, 'input'> & { report: Report }>()
  readonly #undoable = new Set<string>()

  constructor(world: World) {
    this.#world = world
    this.#operations = world.operations ?? all
  }

  /** Ends every run, and is done when nothing of them is left. */
  async close(): Promise<void> {
    await this.#jobs.close()
  }

  /** The answer to a call. What went wrong is an answer, too; only a call that was cancelled throws. */
  async call(tool: string, args: unknown, caller: Caller): Promise<Answer> {
    try {
      if (tool === 'undo') return await this.#undo(args)
      const operation = this.#operations.find(({ name }) => name === tool)
      if (!operation) throw new UserError(`There is no tool "${tool}".`, this.#tools())
      const asked = read(operation, args)
      if (asked.help) return { text: helpOf(operation), isError: false }
      return await this.#run(operation, asked, caller)
    } catch (error) {
      caller.signal.throwIfAborted()
      return { text: this.#failure(tool, error), isError: true }
    }
  }

  #tools = (): string => `Tools: ${[...this.#operations.map(({ name }) => name), 'undo'].join(', ')}.`

  async #run(operation: Operation<unknown>, asked: Asked, caller: Caller): Promise<Answer> {
    const { name, effects } = operation
    const given = asked.root === undefined ? undefined : await this.#folder(asked.root)
    const plan = asked.apply ? this.#plans.toWrite(name, asked.planId, given, asked.own) : undefined
    const root = plan?.root ?? given ?? (await this.#folder('.'))
    const own = plan ? { ...plan.input, apply: true } : asked.own
    const key = JSON.stringify([name, root, own, plan?.id])
    const earlier = asked.cursor > 0 && effects !== 'reads' ? this.#reports.get(key) : undefined
    if (earlier)
      return this.#answer(operation, earlier.report, { asked, root, key, input: earlier.input, plan })
    if (effects === 'reads') {
      const context = { ...this.#world.contextOf(root), ...withProgress(caller), signal: caller.signal }
      const report = await operation.run(asked.parse(own), context)
      caller.signal.throwIfAborted()
      return this.#answer(operation, report, { asked, root, key, input: own, plan })
    }
    const input = seeded(operation, key, own)
    const parsed = asked.parse(input)
    const outcome = await this.#jobs.run(
      {
        key,
        name,
        // What writes changes the state itself.
        ...(!plan && { state: () => treeState(root) }),
        work: async (context) =>
          operation.run(parsed, {
            ...this.#world.contextOf(root),
            ...context,
            ...(plan && { confirm: (changes) => this.#plans.against(plan, changes) }),
          }),
      },
      { ...caller, budgetMs: (asked.budget ?? usualBudget) * 1000 },
    )
    if (outcome.kind === 'done')
      return this.#answer(operation, outcome.report, { asked, root, key, input, plan })
    const anew = outcome.begunAnew ? ' The files changed, so that it was begun anew.' : ''
    const again = plan ? { apply: true, plan_id: plan.id } : asked.own
    return {
      text: [
        `${name} is still running after ${outcome.seconds} s: ${outcome.step}.${anew}`,
        'It goes on; the same call waits for it and gives the answer.',
        `next: ${this.#callText({ tool: name, input: again }, root)}`,
        '',
      ].join('\n'),
      isError: false,
    }
  }

  #answer(operation: Operation<unknown>, report: Report, { asked, root, key, input, plan }: Shown): Answer {
    if (operation.effects !== 'reads') this.#keep(key, { report, input })
    if (plan && report.changes?.some(({ status }) => status === 'applied')) plan.written = true
    for (const one of report.changes ?? [])
      for (const [, id] of one.why.matchAll(/Applied as change (\d+)/g)) if (id) this.#undoable.add(id)
    const { apply: _, ...planned } = input
    const shown =
      operation.effects === 'writes' ? this.#plans.shown(operation.name, root, planned, report) : undefined
    const text = agent(report, {
      all: asked.all,
      cursor: asked.cursor,
      next: ({ command, why }) => {
        const call = callOf(command, this.#operations)
        if (!call) return this.#callText({ tool: operation.name, input: { help: true } }, root)
        if (call.input.apply !== true) return `${this.#callText(call, root)} (${why})`
        const writing = { apply: true, plan_id: shown?.id ?? '' }
        return `${this.#callText({ tool: call.tool, input: writing }, this.#world.cwd)} (${why})`
      },
    })
    return { text, isError: report.problems.some(({ effect }) => effect === 'fatal') }
  }

  #keep(key: string, report: Pick<Shown, 'input'> & { report: Report }): void {
    this.#reports.delete(key)
    this.#reports.set(key, report)
    for (const old of [...this.#reports.keys()].slice(0, -kept)) this.#reports.delete(old)
  }

  #callText({ tool, input }: Call, root: string): string {
    const elsewhere = root !== this.#world.cwd && input.root === undefined
    return `${tool} ${JSON.stringify(elsewhere ? { ...input, root } : input)}`
  }

  async #folder(written: string): Promise<string> {
    const root = path.resolve(this.#world.cwd, written)
    if ((await stat(root).catch(() => undefined))?.isDirectory()) return root
    throw new UserError(
      `The folder ${written} does not exist.`,
      'Name the folder of the application as root.',
    )
  }

  async #undo(args: unknown): Promise<Answer> {
    const given = undoInput.safeParse(args)
    if (!given.success)
      throw new UserError(
        'undo takes an id and a root, both texts.',
        'Call undo without id: it lists the changes.',
      )
    const { root: named, id } = given.data
    const root = await this.#folder(named ?? '.')
    const { text, next } = await takeBack(root, id, this.#undoable)
    return { text: `${text}next: ${this.#callText(next, root)}\n`, isError: false }
  }

  /** What was looked for, what to do, and the next call; never a stack. */
  #failure(tool: string, error: unknown): string {
    const { message, remedy } =
      error instanceof UserError
        ? error
        : {
            message: `This is a bug in backend-engineer: ${error instanceof Error ? error.message : String(error)}`,
            remedy: 'Nothing was written by it. On the command line, the same shows where it happened.',
          }
    const [, command = ''] = /`(backend-engineer [^`]+)`/.exec(remedy) ?? []
    const call = callOf(command.replace(/ --help$/, ''), this.#operations)
    const next = call && !command.endsWith('--help') ? call : this.#instead(tool)
    return `${message}\n${remedy}\nnext: ${next.tool} ${JSON.stringify(next.input)}\n`
  }

  #instead(tool: string): Call {
    return this.#operations.some(({ name }) => name === tool)
      ? { tool, input: { help: true } }
      : { tool: 'undo', input: {} }
  }
}

const undoInput = z.strictObject({ root: z.string().optional(), id: z.string().optional() })

interface Shown {
  asked: Asked
  root: string
  key: string
  input: Record<string, unknown>
  plan: Plan | undefined
}

/** The same rows for a plan and for its writing: what is seen in the copy is the same, too. */
function seeded(operation: Operation<unknown>, key: string, own: Shown['input']): Shown['input'] {
  const takes = operation.effects === 'writes' && inputsOf(operation.input).some((one) => one.key === 'seed')
  if (!takes) return own
  return { seed: createHash('sha256').update(key).digest().readUInt32BE() >>> 1, ...own }
}

const withProgress = ({ progress }: Caller): Pick<Context, 'progress'> => (progress ? { progress } : {})
