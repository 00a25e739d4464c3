/** What each coding agent reads in a project, and where. */

export const hostNames = ['claude', 'codex', 'cursor', 'agents'] as const
export type HostName = (typeof hostNames)[number]

/**
 * One thing to be written: a file of our own, or a part of one that may be the user's. `clash`: why a file that is there
 * cannot take the part.
 */
export type Wish =
  | { kind: 'file'; file: string; text: string }
  | { kind: 'block'; file: string; text: string; clash?(present: string): string | undefined }
  | { kind: 'entry'; file: string; parent: string; name: string; value: unknown }

export interface Texts {
  /** Frontmatter and instructions of the agent. */
  agent: { name: string; description: string; instructions: string }
  /** Of this project, for AGENTS.md. */
  facts: string
  /** How the server is started from the project's folder. */
  server: { command: string; args: string[] }
  /**
   * Where Claude Code finds the facts. `agents`: in AGENTS.md, which CLAUDE.md imports (`@AGENTS.md`) or is a link to.
   * `import`: there too, once there is a CLAUDE.md that imports it. `own`: in CLAUDE.md.
   */
  claude: 'agents' | 'import' | 'own'
}

const NAME = 'backend-engineer'

/** The marks around a part of a Markdown file. */
export const marked = (text: string): string =>
  [
    `<!-- ${NAME}: written by \`${NAME} init\`, which renews it. What you edit here stays as you left it. -->`,
    text.trimEnd(),
    `<!-- /${NAME} -->`,
  ].join('\n')

/**
 * Sources, each read on 2026-11-30: Claude Code `.mcp.json`, `.claude/agents/*.md` (code.claude.com/docs); Codex
 * `.codex/config.toml` of trusted projects and `.codex/agents/*.toml` (developers.openai.com/codex); Cursor
 * `.cursor/mcp.json` and `.cursor/rules/*.mdc` (cursor.com/docs).
 */
export const hosts: Record<HostName, { title: string; traces: string[]; wishes(texts: Texts): Wish[] }> = {
  claude: {
    title: 'Claude Code',
    traces: ['.claude', 'CLAUDE.md', '.mcp.json'],
    wishes: ({ agent, facts, server, claude }) => [
      { kind: 'entry', file: '.mcp.json', parent: 'mcpServers', name: NAME, value: server },
      { kind: 'file', file: `.claude/agents/${NAME}.md`, text: markdownAgent(agent) },
      { kind: 'block', file: claude === 'own' ? 'CLAUDE.md' : 'AGENTS.md', text: marked(facts) },
      ...(claude === 'import' ? [{ kind: 'file', file: 'CLAUDE.md', text: '@AGENTS.md' } as const] : []),
    ],
  },
  codex: {
    title: 'Codex',
    traces: ['.codex'],
    wishes: ({ agent, facts, server }) => [
      { kind: 'block', file: '.codex/config.toml', text: tomlServer(server), clash: tomlClash },
      { kind: 'file', file: `.codex/agents/${NAME}.toml`, text: tomlAgent(agent) },
      { kind: 'block', file: 'AGENTS.md', text: marked(facts) },
    ],
  },
  cursor: {
    title: 'Cursor',
    traces: ['.cursor', '.cursorrules'],
    wishes: ({ agent, facts, server }) => [
      { kind: 'entry', file: '.cursor/mcp.json', parent: 'mcpServers', name: NAME, value: server },
      { kind: 'file', file: `.cursor/rules/${NAME}.mdc`, text: cursorRule(agent) },
      { kind: 'block', file: 'AGENTS.md', text: marked(facts) },
    ],
  },
  agents: {
    title: 'readers of AGENTS.md',
    traces: ['AGENTS.md'],
    wishes: ({ facts }) => [{ kind: 'block', file: 'AGENTS.md', text: marked(facts) }],
  },
}

const markdownAgent = ({ name, description, instructions }: Texts['agent']): string =>
  `---\nname: ${name}\ndescription: ${description}\n---\n\n${instructions}`

const cursorRule = ({ description, instructions }: Texts['agent']): string =>
  `---\ndescription: ${description}\nalwaysApply: false\n---\n\n${instructions}`

/** Strings of JSON are strings of TOML; long ones stand in literal quotes, which know no escapes. */
const tomlAgent = ({ name, description, instructions }: Texts['agent']): string =>
  [
    `name = ${JSON.stringify(name)}`,
    `description = ${JSON.stringify(description)}`,
    `developer_instructions = '''\n${instructions.replaceAll("'''", "''")}'''`,
    '',
  ].join('\n')

const tomlServer = ({ command, args }: Texts['server']): string =>
  [
    `# ${NAME}: written by \`${NAME} init\`, which renews it.`,
    `[mcp_servers.${NAME}]`,
    `command = ${JSON.stringify(command)}`,
    `args = [${args.map((one) => JSON.stringify(one)).join(', ')}]`,
  ].join('\n')

/** A table that is there twice, or beside one in braces, makes the whole file unreadable. */
function tomlClash(present: string): string | undefined {
  const key = `["']?${NAME}["']?[ \\t]*[.=\\]]`
  const own = new RegExp(
    `^[ \\t]*\\[?[ \\t]*mcp_servers[ \\t]*\\.[ \\t]*${key}|^[ \\t]*\\[mcp_servers\\][^[]*\\n[ \\t]*${key}`,
    'm',
  )
  if (own.test(present)) return `it has a server "${NAME}" of your own`
  if (/^[ \t]*mcp_servers[ \t]*=/m.test(present))
    return 'TOML lets no server be added to `mcp_servers = { … }`. Write them as tables, and run this again'
  return undefined
}
