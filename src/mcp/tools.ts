/** The tools of the server: one for each operation, with a schema made from its inputs, and `undo`. */
import type { Operation } from '../core/operation.ts'
import { inputsOf, type OperationInput } from '../operations/inputs.ts'

/** A type, not an interface: it is handed on as plain JSON. */
type ToolProperty = {
  type: 'string' | 'number' | 'boolean' | 'array'
  items?: { type: 'string' }
  enum?: string[]
  description?: string
}

/** A tool as `tools/list` gives it. */
export interface ListedTool {
  name: string
  description: string
  inputSchema: { type: 'object'; properties: Record<string, ToolProperty>; required?: string[] }
  annotations?: { readOnlyHint?: true; destructiveHint?: false }
}

/** What a command line has a use for and a call has not: an exit code, a file that is written without a plan, a log. */
const commandLineOnly = ['failOn', 'updateBaseline', 'allowDirty', 'file']

/** Taken, and told by `help`, but not listed: the list is in the context of every conversation. */
const unlisted = [
  'baseline',
  'app',
  'databaseUrl',
  'dev',
  'seed',
  'mutants',
  'budget',
  'set',
  'matrix',
  'matrixSince',
]

const common = {
  root: 'Folder of the project; without it, the one that the server was started for',
  cursor: 'Goes on where an answer was cut, at the number that it named',
  help: 'Lists the inputs of the tool in place of running it',
}
const ofRuns = {
  budget_s: 'Seconds after which it answers, also while it is still running; the same call again goes on',
}
const ofWrites = {
  plan_id: 'With apply: the plan to write, as its answer named it. Nothing is written without it',
}

/** All that a tool takes: the inputs of the operation that a call has a use for, and those of every tool of its kind. */
export function takesOf({ input, effects }: Operation<unknown>): {
  own: OperationInput[]
  besides: Record<string, string>
} {
  return {
    own: inputsOf(input).filter(({ key }) => !commandLineOnly.includes(key)),
    besides: {
      ...common,
      ...(effects !== 'reads' && ofRuns),
      ...(effects === 'writes' && ofWrites),
    },
  }
}

export const undoTool: ListedTool = {
  name: 'undo',
  description: 'Take back what fix or build wrote; without id, lists it',
  inputSchema: { type: 'object', properties: { id: { type: 'string' } } },
}

/** All tools, in the order of the operations. What an input means is told by the first tool that has it. */
export function listTools(operations: readonly Operation<unknown>[]): ListedTool[] {
  const told = new Set<string>()
  return [...operations.map((one) => toolOf(one, told)), undoTool]
}

function toolOf(operation: Operation<unknown>, told: Set<string>): ListedTool {
  const inputs = takesOf(operation).own
  const properties = Object.fromEntries(
    inputs
      .filter(({ key }) => !unlisted.includes(key))
      .map((one): [string, ToolProperty] => [one.key, propertyOf(one, told)]),
  )
  if (operation.effects === 'writes') properties.plan_id = { type: 'string' }
  const required = inputs.filter((one) => one.required).map(({ key }) => key)
  const annotations = annotationsOf(operation)
  return {
    name: operation.name,
    description: operation.summary,
    inputSchema: { type: 'object', properties, ...(required.length > 0 && { required }) },
    ...(annotations && { annotations }),
  }
}

/** The first words of its help say enough, and only where the name does not. */
function propertyOf({ key, kind, multiple, choices, help }: OperationInput, told: Set<string>): ToolProperty {
  const [words = ''] = help.split(/[:;.(]|, for example/)
  const text = selfEvident.includes(key) ? '' : words.trim()
  const description = told.has(`${key} ${text}`) ? '' : text
  told.add(`${key} ${text}`)
  return {
    ...(multiple ? { type: 'array', items: { type: 'string' } } : { type: kind }),
    ...(choices && !multiple && { enum: choices }),
    ...(description && { description }),
  }
}

const selfEvident = ['apply', 'all', 'rows', 'plan', 'recipe', 'sweep', 'changedSince']

/** Whoever only reads needs no asking; who runs a contained copy changes nothing of the project. */
function annotationsOf({ effects }: Operation<unknown>): ListedTool['annotations'] {
  switch (effects) {
    case 'reads':
      return { readOnlyHint: true }
    case 'runs':
      return { destructiveHint: false }
    case 'writes':
      return undefined
  }
}
