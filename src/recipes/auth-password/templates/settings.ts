import type { NewFile } from '../../../core/change.ts'
import { fromPackage, written } from '../source.ts'
import type { Target } from '../target.ts'

export function settings(t: Target): NewFile {
  const body = `
const MINUTE = 60
const DAY = 24 * 60 * MINUTE

/** In seconds. */
export const lifetimes = {
  accessToken: ${duration(t.accessLifetime)},
  idle: ${duration(t.idleLifetime)},
  session: ${duration(t.sessionLifetime)},
}

const variables = z.object({
  ACCESS_TOKEN_SECRET: z.string().min(32),
  ACCESS_TOKEN_SECRET_PREVIOUS: z.union([z.literal(''), z.string().min(32)]).optional(),
  TRUSTED_PROXIES: z.coerce.number().int().min(0).max(10).default(0),
})

let settings: z.infer<typeof variables> | undefined

/** Read when first needed, so that a build does not need the secrets. */
export function authSettings() {
  settings ??= settingsIn(process.env)
  return settings
}

export function settingsIn(environment: Record<string, string | undefined>) {
  const read = variables.safeParse(environment)
  if (read.success) return read.data
  const names = read.error.issues.map((issue) => issue.path.join('.'))
  throw new Error(\`Missing or invalid in the environment: \${names.join(', ')}\`)
}`
  return written(t.habits, t.part.settings, [fromPackage('zod', 'z')], trimmed(body))
}

/** `15 * MINUTE`, `7 * DAY`, `90` */
function duration(seconds: number): string {
  const [day, minute] = [24 * 60 * 60, 60]
  if (seconds % day === 0) return `${seconds / day} * DAY`
  return seconds % minute === 0 ? `${seconds / minute} * MINUTE` : String(seconds)
}

/** Without the constants that no lifetime uses. */
function trimmed(body: string): string {
  const used = (name: string): boolean => body.split(name).length > 2
  const days = used('DAY') ? body : body.replace(/const DAY = .*\n/, '')
  const rest = days.split('MINUTE').length > 2 ? days : days.replace(/const MINUTE = .*\n/, '')
  return rest
}
