import type { Event, Raw } from '../../../project/flow/events.ts'
import { allDeps } from '../../../project/flow/value.ts'
import { clientInputs } from '../../../project/ownership.ts'
import { control, refusal, type Shot, shoot } from '../../../proof/attempts.ts'
import { type Bench, exchanges, type Seen, sawOf } from '../../../proof/bench.ts'
import { spoilsOf } from '../../../proof/foreign.ts'
import { inconclusive, type Outcome, type Prover } from '../../../proof/prover.ts'
import { sitesOf } from '../../../proof/sites.ts'

const isRaw = (event: Event): event is Raw => event.k === 'raw'

const PAUSE_MS = 800
/** What a string, a pattern, a number, a bracket and a name of a column look like when they are left. */
const EVERYTHING = [
  "x' OR 1=1 --",
  "x%' OR 1=1 --",
  "x') OR 1=1 --",
  "x%') OR 1=1 --",
  "x')) OR 1=1 --",
  '0 OR 1=1',
  '0) OR 1=1 --',
  'x" OR 1=1 --',
]
/** The same text, harmless: a quote that is doubled stays in its string, and a number has nothing behind it. */
const harmless = (payload: string): string =>
  /['"]/.test(payload) ? payload.replace(/['"]/g, '$&$&') : (payload.split(' ')[0] ?? '')
const pause = `(SELECT 'x' FROM pg_sleep(${PAUSE_MS / 1000}))`
const SLEEPS = [
  `x'||${pause}||'`,
  `0+(SELECT 0 FROM pg_sleep(${PAUSE_MS / 1000}))`,
  `(CASE WHEN ${pause}='x' THEN 1 ELSE 2 END)`,
]

/** The text that the caller sends leaves its quotes: rows of others come back, or the database does as it is told. */
const prove: Prover = async (bench, claim) => {
  const [site] = sitesOf(bench.project, claim, isRaw)
  if (!site) return inconclusive('no endpoint that can be called reaches this line')
  const { template, event } = site
  const spliced = (event?.spliced ?? []).flatMap((value) => clientInputs(allDeps(value)))
  const candidates =
    spliced.length > 0 ? spliced : template.inputs.all.filter((one) => !one.meaning).map((one) => one.path)
  const paths = [...new Set(candidates)]
  if (paths.length === 0) return inconclusive('nothing that the caller sends is known to reach the query')
  const ran = (seen: Seen): boolean => seen.ok && seen.statements.some((one) => one.sql.length > 0)
  const owner = await control(bench, template, { party: 'a', writes: false, good: ran })
  if ('refused' in owner) return inconclusive(refusal(owner.refused))
  const shotWith = (path: string, value: string): Shot => ({
    ...owner.shot,
    set: new Map([...(owner.shot.set ?? []), [path, value] as const]),
  })
  let last: Seen | undefined
  const fire = async (path: string, value: string): Promise<Seen | undefined> => {
    const seen = await shoot(bench, shotWith(path, value), owner.seen.actor, { party: 'a' })
    if (seen && seen.changes.length > 0) await bench.reset()
    last = seen ?? last
    return seen
  }
  for (const path of paths) {
    for (const payload of EVERYTHING) {
      const seen = await fire(path, payload)
      const spoils = seen && spoilsOf(seen, owner.seen, 'b')
      if (!spoils) continue
      const tame = await fire(path, harmless(payload))
      if (tame && !spoilsOf(tame, owner.seen, 'b'))
        return proven(bench, [owner.seen, spoils, tame], `${sawOf(spoils, 'b')} through ${path}`)
    }
    for (const payload of SLEEPS) {
      const seen = await fire(path, payload)
      if (!seen || seen.ms - owner.seen.ms < PAUSE_MS * 0.9) continue
      const again = await fire(path, payload.replace(`pg_sleep(${PAUSE_MS / 1000})`, 'pg_sleep(0)'))
      if (again && again.ms - owner.seen.ms < PAUSE_MS / 2)
        return proven(
          bench,
          [owner.seen, seen, again],
          `the database slept ${PAUSE_MS} ms because ${path} told it to, and not when told to sleep 0`,
        )
    }
  }
  return {
    verdict: 'refuted',
    reason: `${EVERYTHING.length + SLEEPS.length} attempts through ${paths.join(', ')} were taken as plain values.`,
    evidence: last
      ? [
          exchanges(
            [
              { role: 'pre-control', seen: owner.seen, saw: 'works' },
              { role: 'exploit', seen: last, saw: 'taken as a value' },
            ],
            bench,
          ),
        ]
      : [],
  }
}

const proven = (bench: Bench, [owner, exploit, tame]: [Seen, Seen, Seen], saw: string): Outcome => ({
  verdict: 'proven',
  reason: `What the caller sends runs as SQL: ${saw}.`,
  evidence: [
    exchanges(
      [
        { role: 'pre-control', seen: owner, saw: 'an ordinary value works and shows nothing of B' },
        { role: 'exploit', seen: exploit, saw },
        {
          role: 'near-miss',
          seen: tame,
          saw: 'the same text where it stays a value: nothing of B, and no pause',
        },
      ],
      bench,
    ),
  ],
})

export default prove
