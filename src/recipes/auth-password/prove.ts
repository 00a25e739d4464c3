import type { AttackResult } from '../../core/report.ts'
import type { LiveBench } from '../../proof/live-bench.ts'
import { send } from '../../runtime/requests/send.ts'
import { runAttacks } from './attacks/index.ts'
import type { AuthTarget } from './attacks/target.ts'
import { contractOf } from './contract.ts'
import type { AuthFacts, AuthInput } from './input.ts'
import { HASH_FOLDER, KEY_HEADER, KEY_VARIABLE } from './scaffold.ts'
import { callAsAction } from './surfaces/call-action.ts'
import { apiPath, targetOf } from './target.ts'

/** Attacks the endpoints of a running copy. `facts`: those that the plan was made from. */
export async function prove(bench: LiveBench, facts: AuthFacts, input: AuthInput): Promise<AttackResult[]> {
  const results = await runAttacks(attacked(bench, facts, input))
  await bench.reset()
  return results.map(({ attack, verdict, why, exchanges, ms }) => ({
    ...attack,
    verdict,
    why,
    evidence: [exchanges],
    ms: Math.round(ms),
  }))
}

/** The endpoints of a running copy, for attacks, whatever surface they are on. */
export function attacked({ app, parts }: LiveBench, facts: AuthFacts, input: AuthInput): AuthTarget {
  const target = targetOf(facts, input)
  const contract = contractOf(target)
  const { refusals } = contract
  return {
    contract,
    origin: app.origin,
    send: (request, endpoint) =>
      endpoint?.action && refusals
        ? callAsAction(app, refusals, endpoint, request)
        : send(app.origin, request),
    database: parts.client,
    log: () => app.log(),
    env: app.env,
    hash: async (password) => {
      const answer = await send(app.origin, {
        method: 'POST',
        path: `/${apiPath(target.habits)}/${HASH_FOLDER}`,
        headers: { [KEY_HEADER]: app.env[KEY_VARIABLE] ?? '', 'content-type': 'text/plain' },
        body: password,
      })
      if (answer.status !== 200) throw new Error(`The copy hashes nothing: it answers ${answer.status}.`)
      return answer.body
    },
  }
}
