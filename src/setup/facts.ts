/** What a coding agent should know of a project before it has asked: the managed part of AGENTS.md. */
import type { ProjectMap } from '../core/map.ts'

/** Bytes that the part may have: it is in the context of every conversation. */
export const mostBytes = 2_000

/**
 * Facts that do not change with every endpoint: numbers of endpoints would be stale the next day. `commands`: how the tool
 * is called in this project.
 */
export function factsOf(map: ProjectMap, command: string): string {
  const start = [
    '## Backend',
    '',
    `${map.name}: ${map.stack.join(', ') || 'stack unknown'}.`,
    ...identities(map),
  ]
  const end = [
    '',
    'Backend work (APIs, login, authorization, validation, schema, slow queries, tests, reviews) goes to the agent or the',
    'MCP tools `backend-engineer`: `understand`, `review` → `prove` → `fix`, `build`, `optimize`. Say "fixed", "safe", "faster" or',
    '"done" only beside what a tool answered. Without MCP:',
    '',
    '```sh',
    `${command} understand --focus <endpoint or model>`,
    `${command} review --format agent   # then: prove --only <id>, fix --only <id>, fix --only <id> --apply`,
    `${command} build "<what to add>"   # the plan, proven in a copy; --apply writes it, undo takes it back`,
    '```',
  ]
  const room = mostBytes - bytes([...start, ...end]) - 200
  return [...start, ...fitting(habits(map), room), ...end].join('\n')
}

const bytes = (lines: readonly string[]): number => Buffer.byteLength(lines.join('\n'))

function fitting(lines: string[], room: number): string[] {
  let left = room
  return lines.filter((line) => {
    const size = bytes([line]) + 1
    if (size > left) return false
    left -= size
    return true
  })
}

/** Who owns rows, and what asks who is calling: an agent that knows these writes no open endpoint. */
function identities({ models, endpoints }: ProjectMap): string[] {
  const named = (role: string): string =>
    models
      .filter((model) => model.role === role)
      .map(({ name }) => name)
      .join(', ')
  const roles = [
    ['user', named('user')],
    ['tenant', named('tenant')],
    ['membership', named('membership')],
  ].filter(([, names]) => names !== '')
  const guards = new Map<string, number>()
  for (const { guard } of endpoints)
    for (const { name, location } of guard.level === 'none' ? [] : guard.by) {
      const label = `${name} (${location.file})`
      guards.set(label, (guards.get(label) ?? 0) + 1)
    }
  // What has no name, and what one endpoint alone has, is no habit.
  const shared = [...guards].filter(
    ([label, count]) => count > 1 && !/^(?:handler|a function|[A-Z]+) /.test(label),
  )
  const usual = shared.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 4)
  return [
    ...(roles.length > 0 ? [`- Rows belong to: ${roles.map((one) => one.join(' ')).join('; ')}.`] : []),
    ...(usual.length > 0 ? [`- Guards in use: ${usual.map(([label]) => label).join(', ')}.`] : []),
  ]
}

function habits({ conventions }: ProjectMap): string[] {
  return conventions
    .filter(({ topic }) => topic !== 'rule')
    .map(({ topic, value }) => `- ${topic}: ${value.replace(/\s*\((?:imported )?\d+ [^)]*\)/g, '')}`)
}
