/** Callers that are no users: whoever knows a secret of the environment, such as a scheduler. */
import type { Run } from '../project/project.ts'
import { isSecretName, isServiceName } from '../runtime/app/values.ts'
import type { Actor } from './bench.ts'

/** Of other companies: what they are given is not what they send. */
const THEIRS =
  /STRIPE|RESEND|SENDGRID|MAILGUN|POSTMARK|LOOPS|OPENAI|ANTHROPIC|GOOGLE|GITHUB|AWS|S3|TWILIO|CLERK|UPSTASH|KV_|PUBLIC|DATABASE|ENCRYPT/
const MOST = 2

/**
 * Callers by the secrets that conditions of the endpoint depend on. How a secret is carried is rarely read from the
 * code: it is sent in every header that it could be in. `env`: variables of the running application.
 */
export function machinesFor(run: Run, env: Readonly<Record<string, string>>): Actor[] {
  if (!/^(?:route|pages-api|hono)$/.test(run.endpoint?.kind ?? '')) return []
  const deps = new Set(run.events.flatMap(({ facts }) => facts.flatMap((fact) => [...fact.deps])))
  const named = [...deps].flatMap((dep) => /^credential:header ([\w-]+)$/.exec(dep)?.[1] ?? [])
  const secrets = [...deps].flatMap((dep) => /^env:([A-Z]\w*)$/.exec(dep)?.[1] ?? [])
  return secrets
    .filter((name) => isSecretName(name) && !isServiceName(name) && !THEIRS.test(name))
    .flatMap((name): Actor[] => {
      const value = env[name]
      if (value === undefined || value === '') return []
      const plain = Object.fromEntries([...named, 'x-api-key'].map((header) => [header, value]))
      return [{ name: `whoever knows ${name}`, headers: { ...plain, authorization: `Bearer ${value}` } }]
    })
    .slice(0, MOST)
}
