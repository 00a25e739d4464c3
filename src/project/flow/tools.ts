/**
 * Tools that a server of the Model Context Protocol offers: their arguments come from whoever is connected.
 * https://github.com/modelcontextprotocol/typescript-sdk#tools
 */
import type { Syntax } from '../../source/syntax.ts'
import type { Machine } from './machine.ts'
import { parsedInput } from './parsing.ts'
import { client, shaped, unknown, type Value } from './value.ts'

const REGISTERS = /^(tool|registerTool)$/

/** `server.tool(name, …, work)`, `server.registerTool(name, { inputSchema }, work)`. */
export const isTool = (name: string, args: readonly Value[]): boolean =>
  REGISTERS.test(name) && args.length > 1 && args.at(-1)?.shape?.k === 'closure'

/** Each tool is read by itself: what one of them has asked says nothing about the others. */
export function toolCall(machine: Machine, args: readonly Value[], syntax: Syntax, at: number): Value {
  const work = args.at(-1)
  if (!work) return unknown()
  const before = machine.facts
  const caller: Value = { ...unknown(new Set(['identity:token of the connection'])), who: true }
  const extra = shaped({
    k: 'object',
    fields: new Map([['authInfo', caller]]),
    open: [caller],
    ambient: true,
  })
  machine.attempt(work, [parsedInput(client('input'), schemaOf(args, syntax, at)), extra], syntax, at, 'tool')
  machine.facts = before
  return unknown()
}

/** The fields that a tool takes, as a schema: given alone, or as `inputSchema` of its description. */
function schemaOf(args: readonly Value[], syntax: Syntax, at: number): Value | undefined {
  const described = args.slice(0, -1).findLast(({ shape }) => shape?.k === 'object' || shape?.k === 'chain')
  const given =
    described?.shape?.k === 'object' && described.shape.fields.has('inputSchema')
      ? described.shape.fields.get('inputSchema')
      : described
  if (given?.shape?.k !== 'object') return given
  const steps = [{ name: 'object', args: [given], at, syntax }]
  return shaped({ k: 'chain', from: 'zod', root: 'z', steps, at, syntax })
}
