import type { AttackResult } from '../../core/report.ts'
import type { LiveBench } from '../../proof/live-bench.ts'
import { send } from '../../runtime/requests/send.ts'
import { runAttacks } from './attacks/index.ts'
import { contract } from './contract.ts'
import type { AuthFacts, AuthInput } from './input.ts'

/** Attacks the endpoints of a running copy. `facts`: those that the plan was made from. */
export async function prove(bench: LiveBench, facts: AuthFacts, input: AuthInput): Promise<AttackResult[]> {
  const { app, parts } = bench
  const results = await runAttacks({
    contract: contract(facts, input),
    origin: app.origin,
    send: (request) => send(app.origin, request),
    database: parts.client,
    log: () => app.log(),
    env: app.env,
  })
  await bench.reset()
  return results.map(({ attack, verdict, why, exchanges, ms }) => ({
    ...attack,
    verdict,
    why,
    evidence: [exchanges],
    ms: Math.round(ms),
  }))
}
