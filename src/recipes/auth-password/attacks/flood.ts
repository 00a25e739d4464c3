import { Inconclusive, type Scene } from './scene.ts'

const FLOOD = 24
const FLOOD_MS = 1_200
const ROUNDS = 2
/**
 * The others wait as long as so many logins take alone, on average, in each round: who is queued behind each hash
 * waits for all of the flood, however fast or busy the machine.
 */
const LOGINS = 1.5
/** One of the others waits so many milliseconds, or as long as so many logins take one after another. */
const SLOW_MS = { least: 500, most: 2_000, logins: 3 }

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

/** Few are answered where all wait: a median of them says little. */
const mean = (values: number[]): number => values.reduce((sum, one) => sum + one, 0) / (values.length || 1)

/** Whether those who are signed in are still served while many others log in. */
export async function flood(scene: Scene): Promise<string> {
  scene.endpoint('me')
  const { session } = await scene.visitor()
  const quiet: number[] = []
  for (let i = 0; i < 15; i++) quiet.push((await scene.me(session, { role: 'pre-control' })).ms)
  let words = ''
  for (let round = 0; round < ROUNDS; round++) {
    await scene.calm()
    const before = await loginAlone(scene)
    const { waits, logins } = await rush(scene, session)
    await scene.calm()
    // Other work on the machine comes and goes: what a login takes is measured on both sides.
    const alone = Math.max(before, await loginAlone(scene))
    const slow = Math.min(SLOW_MS.most, Math.max(SLOW_MS.least, SLOW_MS.logins * alone))
    const ratio = mean(waits) / Math.max(0.5, median(quiet))
    words = `While ${logins} logins were answered, \`me\` took ${mean(waits).toFixed(0)} ms (${ratio.toFixed(1)} times as long as before; longest ${Math.max(...waits).toFixed(0)} ms).`
    if (!(mean(waits) > LOGINS * alone && Math.max(...waits) > slow)) return words
  }
  const share = shareOfCore()
  if (share < BUSY)
    throw new Inconclusive(
      `${words} But other work has the machine: a loop that does nothing else gets ${Math.round(share * 100)} % of a core. Try it again when it is quiet.`,
    )
  scene.holds(false, words)
  return words
}

async function loginAlone(scene: Scene): Promise<number> {
  const times: number[] = []
  for (let i = 0; i < 3; i++) times.push((await scene.login(scene.newPerson(), { role: 'pre-control' })).ms)
  return median(times)
}

/** Below this share of a core for a loop, nobody can say whose fault it is that an answer takes long. */
const BUSY = 0.6

/** How much of one core this process gets for 60 ms of counting: 0 to 1. */
function shareOfCore(): number {
  const began = performance.now()
  const before = process.cpuUsage()
  let elapsed = 0
  while (elapsed < 60) elapsed = performance.now() - began
  const { user, system } = process.cpuUsage(before)
  return Math.min(1, (user + system) / 1000 / elapsed)
}

async function rush(
  scene: Scene,
  session: Parameters<Scene['me']>[0],
): Promise<{ waits: number[]; logins: number }> {
  const end = performance.now() + FLOOD_MS
  let logins = 0
  const guesser = async (): Promise<void> => {
    while (performance.now() < end) {
      const answer = await scene.login(scene.newPerson(), { role: 'near-miss' })
      const { status } = answer
      if (scene.contract.answers.busy.includes(status)) {
        scene.holds(
          answer.headers['retry-after'] !== undefined,
          `${status} does not say when to come back.`,
          answer,
        )
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      logins += 1
    }
  }
  const waits: number[] = []
  const worker = async (): Promise<void> => {
    do {
      const answer = await scene.me(session, { role: 'near-miss' })
      scene.holds(
        scene.succeeded('me', answer),
        `During a flood of logins, \`me\` answered ${answer.status}.`,
        answer,
      )
      waits.push(answer.ms)
    } while (performance.now() < end)
  }
  await Promise.all([worker(), ...Array.from({ length: FLOOD }, guesser)])
  return { waits, logins }
}
