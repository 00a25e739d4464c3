/** A proof as a test for the user's own runner: it fails as long as the fault is there. */
import type { Evidence, Finding, Proof } from '../core/finding.ts'
import type { Project } from '../project/project.ts'
import { type Cited, citedOf } from './bench.ts'

type Runner = 'vitest' | 'jest' | 'node:test'

/** `undefined` for a proof that is no exchange, and for server actions: their ids are those of one build. */
export function proofTest(project: Project, finding: Finding, evidence: readonly Evidence[]): Proof['test'] {
  const cited = evidence.flatMap((one) => (one.kind === 'exchange' ? citedOf(one) : []))
  const exploit = cited.find((one) => one.role === 'exploit')
  const control = cited.find((one) => one.role === 'pre-control')
  if (!exploit || exploit.seen.call.k === 'action') return undefined
  const runner = runnerOf(project)
  const name = finding.fault.split('/')[1] ?? 'proof'
  const path = `tests/proofs/${name}-${finding.id}.${runner === 'node:test' ? 'test.mjs' : 'test.ts'}`
  return { path, text: textOf(finding, exploit, control, runner, path) }
}

function runnerOf({ map }: Project): Runner {
  const runner = map.conventions.find((one) => one.topic === 'test runner')?.value ?? ''
  return /vitest/i.test(runner) ? 'vitest' : /jest/i.test(runner) ? 'jest' : 'node:test'
}

const heads: Record<Runner, string> = {
  vitest:
    "import { expect, test } from 'vitest'\n\nconst holds = (ok: boolean, what: string) => expect(ok, what).toBe(true)",
  jest: 'const holds = (ok: boolean, what: string) => expect([what, ok]).toEqual([what, true])',
  'node:test':
    "import assert from 'node:assert/strict'\nimport { test } from 'node:test'\n\nconst holds = (ok, what) => assert.ok(ok, what)",
}
const commands: Record<Runner, string> = {
  vitest: 'npx vitest run',
  jest: 'npx jest',
  'node:test': 'node --test',
}

function textOf(
  finding: Finding,
  exploit: Cited,
  control: Cited | undefined,
  runner: Runner,
  path: string,
): string {
  const tokens = [...new Set(exploit.seen.shown.map(({ token }) => token))].slice(0, 5)
  const leak =
    tokens.length > 0
      ? [
          '  const body = await answer.text()',
          `  for (const text of ${JSON.stringify(tokens)}) holds(!body.includes(text), \`the answer shows \${text}\`)`,
        ]
      : ["  holds(answer.status >= 400, 'the request was accepted: ' + answer.status)"]
  return `// Fails as long as this is so: ${finding.subject} (${finding.fault}).
// Start the application on a test database and give the sessions (request headers as JSON) and, below, ids and texts of
// that database: those here are of the run that proved it.
//   BASE_URL=http://127.0.0.1:3000 ATTACKER='{"cookie":"…"}' OWNER='{"cookie":"…"}' ${commands[runner]} ${path}
${heads[runner]}

const base = process.env.BASE_URL ?? 'http://127.0.0.1:3000'
const attacker = JSON.parse(process.env.ATTACKER ?? '{}')
const owner = JSON.parse(process.env.OWNER ?? '{}')
${
  control && control.seen.call.k !== 'action'
    ? `
test('${control.seen.actor.name} may', async () => {
  const answer = await fetch(${requestOf(control, 'owner')})
  holds(answer.status < 400, \`the legitimate request was refused: \${answer.status}\`)
})
`
    : ''
}
test('${exploit.seen.actor.name} may not', async () => {
  const answer = await fetch(${requestOf(exploit, 'attacker')})
${leak.join('\n')}
})
`
}

function requestOf({ seen }: Cited, who: 'owner' | 'attacker'): string {
  const { method, url, body } = seen.request
  const typed = body === undefined ? '' : "'content-type': 'application/json', "
  const parts = [
    `method: '${method}'`,
    `headers: { ${typed}...${who} }`,
    ...(body === undefined ? [] : [`body: ${JSON.stringify(body)}`]),
    "redirect: 'manual'",
  ]
  return `base + ${JSON.stringify(url)}, { ${parts.join(', ')} }`
}
