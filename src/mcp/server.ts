/** The protocol alone. What a call does is in session.ts, which is read when the first call comes. */
import { ProtocolError, ProtocolErrorCode, Server } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import type { Session, World } from './session.ts'
import { toolList } from './tool-list.ts'

const instructions = [
  'Expert backend engineer for Next.js + Prisma: finds faults, proves them on a running copy, repairs and builds in the',
  "project's style, with evidence. Say only what an answer shows, and quote its ids. Work: understand or review, then prove,",
  'then fix; new capabilities with build. fix and build write nothing until called again with apply and the plan_id that',
  'the answer named. Each answer ends with `next:`, the call to make now. Long runs answer after budget_s (50): the same',
  'call goes on. Every tool also takes root (folder), cursor, and help (lists all inputs).',
].join(' ')

export interface RunningServer {
  /** Ends the connection and every run; done when nothing of them is left. */
  close(): Promise<void>
}

/** Serves MCP over the standard streams of this process, to clients of either revision of the protocol. */
export function serve(version: string, world: World): RunningServer {
  let session: Promise<Session> | undefined
  const opened = (): Promise<Session> => {
    session ??= import('./session.ts').then((module) => new module.Session(world))
    return session
  }
  const handle = serveStdio(() => {
    const server = new Server(
      { name: 'backend-engineer', version },
      { capabilities: { tools: {} }, instructions },
    )
    server.setRequestHandler('tools/list', async () => ({ tools: await toolList() }))
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
      const known = (await toolList()).map(({ name }) => name)
      if (!known.includes(params.name))
        throw new ProtocolError(
          ProtocolErrorCode.InvalidParams,
          `There is no tool "${params.name}". Tools: ${known.join(', ')}.`,
        )
      const { progressToken } = mcpReq._meta ?? {}
      let progress = 0
      const answer = await (await opened()).call(params.name, params.arguments ?? {}, {
        signal: mcpReq.signal,
        ...(progressToken !== undefined && {
          progress: (message: string) => {
            progress++
            const params = { progressToken, progress, message }
            // A client that is gone needs no progress; that it is gone, the call itself notices.
            mcpReq.notify({ method: 'notifications/progress', params }).catch(() => undefined)
          },
        }),
      })
      return {
        content: [{ type: 'text', text: answer.text }],
        ...(answer.isError && { isError: true }),
      }
    })
    return server
  })
  return {
    async close() {
      await handle.close()
      await (await session)?.close()
    },
  }
}
