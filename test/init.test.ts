import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { type ParseError, parse } from 'jsonc-parser'
import { afterEach, describe, expect, it } from 'vitest'
import { run } from '../src/cli/run.ts'

const application = {
  'package.json':
    '{\n  "name": "shop",\n  "dependencies": { "next": "16.4.5", "@prisma/client": "7.10.0" }\n}\n',
  'prisma/schema.prisma':
    'datasource db {\n  provider = "postgresql"\n}\n\nmodel User {\n  id String @id\n  orders Order[]\n}\n\nmodel Order {\n  id String @id\n  userId String\n  user User @relation(fields: [userId], references: [id])\n}\n',
  'lib/prisma.ts':
    "import { PrismaClient } from '@prisma/client'\nexport const prisma = new PrismaClient()\n",
}

/** Projects as people have them, each awkward in its own way. */
const repositories: Record<string, Record<string, string>> = {
  'no trailing line end, tabs, another server': {
    'CLAUDE.md': '# Shop\n\nUse pnpm.',
    '.mcp.json': '{\n\t"mcpServers": {\n\t\t"github": {\n\t\t\t"command": "gh-mcp"\n\t\t}\n\t}\n}',
  },
  'lines that end as on Windows': {
    'AGENTS.md': '# Rules\r\n\r\n- Use zod.\r\n',
    '.mcp.json': '{\r\n  "mcpServers": {}\r\n}\r\n',
    '.claude/agents/reviewer.md': '---\r\nname: reviewer\r\n---\r\n',
  },
  'comments and a trailing comma in JSON': {
    '.cursor/mcp.json':
      '{\n  // servers of the team\n  "mcpServers": {\n    "db": { "command": "db-mcp" }, // read only\n  },\n}\n',
    '.cursor/rules/style.mdc': '---\nalwaysApply: true\n---\nNo default exports.\n',
  },
  'TOML that ends inside of a table': {
    '.codex/config.toml': 'model = "gpt-6"\n\n[mcp_servers.docs]\ncommand = "docs-mcp"\nargs = ["--stdio"]',
    'AGENTS.md': '# Agents\n\nRun the tests.\n\n\n',
  },
  'CLAUDE.md that reads AGENTS.md, with a byte order mark': {
    'CLAUDE.md': '@AGENTS.md\n\nAnswer in English.\n',
    'AGENTS.md': '\ufeff# Rules\n',
    '.mcp.json': '{}\n',
  },
  'everything at once': {
    'CLAUDE.md': '# Claude\n',
    'AGENTS.md': '# Agents\n',
    '.cursor/mcp.json': '{"mcpServers":{"a":{"command":"a"}}}',
    '.mcp.json': '{"other": [1, 2], "mcpServers": { }}\n',
    '.codex/config.toml': '',
  },
}

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true })
})

function project(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'init-'))
  made.push(root)
  for (const [file, text] of Object.entries({ ...application, ...files })) write(root, file, text)
  return root
}

function write(root: string, file: string, text: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), text)
}

const text = (root: string, file: string): string => readFileSync(join(root, file), 'utf8')

/** Every file but what undo keeps, as it is on the disk. */
function tree(root: string): Record<string, string> {
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('.backend-engineer/undo'))
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(join(root, file), 'latin1')]))
}

async function cli(cwd: string, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: string[][] = [[], []]
  const code = await run(argv, {
    cwd,
    env: { XDG_CACHE_HOME: join(cwd, '../init-cache') },
    stdout: { write: (part) => void out?.push(part), tty: false },
    stderr: { write: (part) => void err?.push(part), tty: false },
  })
  return { code, out: out?.join('') ?? '', err: err?.join('') ?? '' }
}

const everyHost = ['--host', 'claude,codex,cursor,agents']

describe.each(Object.entries(repositories))('init where there is %s', (_, files) => {
  it('shows the plan, writes it, changes nothing the second time, and gives all back', async () => {
    const root = project(files)
    const before = tree(root)

    const shown = await cli(root, 'init', ...everyHost)
    expect(shown).toMatchObject({ code: 0, err: '' })
    expect(shown.out).toContain('Nothing was written.')
    expect(tree(root)).toEqual(before)
    expect((await cli(root, 'init', ...everyHost, '--check')).code).toBe(1)

    expect(await cli(root, 'init', ...everyHost, '--apply')).toMatchObject({ code: 0, err: '' })
    const after = tree(root)
    for (const [file, old] of Object.entries(before)) {
      const lines = after[file]?.split('\n') ?? []
      let at = 0
      // Every line of the user's is there, in its order; one that holds an object as a whole is opened.
      for (const line of old.split('\n').filter((one) => one.trim() !== '' && !/\{.*\}/.test(one))) {
        const found = lines.indexOf(line, at)
        expect(found, `${file}: ${line}`).toBeGreaterThanOrEqual(0)
        at = found + 1
      }
      if (old.includes('\r\n')) expect(after[file]).not.toMatch(/[^\r]\n/)
    }
    for (const file of ['.mcp.json', '.cursor/mcp.json']) {
      const errors: ParseError[] = []
      const value = parse(text(root, file), errors, { allowTrailingComma: true })
      expect(errors).toEqual([])
      expect(value.mcpServers['backend-engineer'], file).toEqual({
        command: 'npx',
        args: ['--no-install', 'backend-engineer', 'mcp'],
      })
      // What was strict JSON is strict JSON.
      if (!files[file]?.includes('//')) expect(JSON.parse(text(root, file))).toEqual(value)
    }
    for (const file of [
      '.claude/agents/backend-engineer.md',
      '.cursor/rules/backend-engineer.mdc',
      'AGENTS.md',
    ])
      expect(existsSync(join(root, file)), file).toBe(true)
    expect(text(root, '.codex/config.toml')).toMatch(
      /(^|\n\n)# backend-engineer: .*\n\[mcp_servers\.backend-engineer\]\n/,
    )

    const again = await cli(root, 'init', '--apply')
    expect(again.out).toContain('nothing to change')
    expect(tree(root)).toEqual(after)
    expect((await cli(root, 'init', '--check')).code).toBe(0)

    expect(await cli(root, 'init', '--remove', '--apply')).toMatchObject({ code: 0, err: '' })
    expect(tree(root)).toEqual(before)
    for (const folder of ['.claude/agents', '.codex/agents', '.cursor/rules'])
      if (!Object.keys(files).some((file) => file.startsWith(folder)))
        expect(existsSync(join(root, folder)), folder).toBe(false)

    await cli(root, 'init', ...everyHost, '--apply')
    expect((await cli(root, 'undo')).code).toBe(0)
    expect(tree(root)).toEqual(before)
  })
})

describe('the part of AGENTS.md', () => {
  it('has facts of the project in 2,000 bytes, once, and is renewed in its place when they change', async () => {
    const root = project({ 'AGENTS.md': '# Agents\n' })
    await cli(root, 'init', '--apply')
    const block = text(root, 'AGENTS.md').slice('# Agents\n\n'.length)
    expect(Buffer.byteLength(block)).toBeLessThanOrEqual(2_000)
    expect(block).toContain('shop: Next.js 16.4.5, Prisma 7.10.0 (postgresql).')
    expect(block).toContain('Rows belong to: user User.')

    write(root, 'AGENTS.md', `${text(root, 'AGENTS.md')}\nWritten later.\n`)
    write(root, 'package.json', application['package.json'].replace('16.4.5', '16.9.0'))
    expect((await cli(root, 'init', '--check')).code).toBe(1)
    await cli(root, 'init', '--apply')
    const renewed = text(root, 'AGENTS.md')
    expect(renewed).toContain('Next.js 16.9.0')
    expect(renewed).not.toContain('16.4.5')
    expect(renewed.endsWith('<!-- /backend-engineer -->\n\nWritten later.\n')).toBe(true)
    await cli(root, 'init', '--remove', '--apply')
    expect(text(root, 'AGENTS.md')).toBe('# Agents\n\nWritten later.\n')
  })

  it('stays as its reader left it', async () => {
    const root = project({ 'AGENTS.md': '# Agents\n' })
    await cli(root, 'init', '--apply')
    const mine = text(root, 'AGENTS.md').replace('## Backend\n', '## Backend\n\nMy own line.\n')
    write(root, 'AGENTS.md', mine)
    for (const argv of [['--apply'], ['--remove', '--apply']]) {
      const { out } = await cli(root, 'init', ...argv)
      expect(out).toContain('Left alone: AGENTS.md: what init wrote there was edited since')
      expect(text(root, 'AGENTS.md')).toBe(mine)
    }
  })
})

describe('init', () => {
  it('leaves an entry and an agent of the same name alone, and says so', async () => {
    const own = {
      '.mcp.json': '{"mcpServers":{"backend-engineer":{"command":"my-own"}}}',
      '.claude/agents/backend-engineer.md': 'my own agent\n',
    }
    const root = project(own)
    const { out } = await cli(root, 'init', '--apply')
    for (const [file, mine] of Object.entries(own)) {
      expect(out).toContain(`Left alone: ${file}: `)
      expect(text(root, file)).toBe(mine)
    }
  })

  it('takes its entry out of a file that was laid out anew', async () => {
    const root = project({ '.mcp.json': '{"mcpServers":{"a":{"command":"a"}}}' })
    await cli(root, 'init', '--apply')
    write(root, '.mcp.json', JSON.stringify(JSON.parse(text(root, '.mcp.json')), null, 4))
    await cli(root, 'init', '--remove', '--apply')
    expect(JSON.parse(text(root, '.mcp.json'))).toEqual({ mcpServers: { a: { command: 'a' } } })
  })

  it('leaves what somebody wrote into its entry, also when it is taken out', async () => {
    const root = project({ '.mcp.json': '{\n  "mcpServers": {}\n}\n' })
    await cli(root, 'init', '--host', 'claude', '--apply')
    const mine = text(root, '.mcp.json').replace('"command"', '"env": { "A": "1" },\n      "command"')
    write(root, '.mcp.json', mine)
    for (const argv of [['--apply'], ['--remove', '--apply']]) {
      const { out } = await cli(root, 'init', ...argv)
      expect(out).toContain('Left alone: .mcp.json: what init wrote there was edited since')
      expect(text(root, '.mcp.json')).toBe(mine)
    }
  })

  it.each([
    ['.mcp.json', '{ "mcpServers": { "a": { "command": "x" },\n', 'it is not JSON that could take an entry'],
    ['AGENTS.md', '# A\n\n```text\napp/\n', 'the code fence of its line 3 is not closed'],
    ['AGENTS.md', '~~~~md\n```\n~~~\n', 'the code fence of its line 1 is not closed'],
    ['.codex/config.toml', 'mcp_servers = { a = { command = "x" } }\n', 'TOML lets no server be added'],
    [
      '.codex/config.toml',
      '[mcp_servers."backend-engineer"]\ncommand = "x"\n',
      'it has a server "backend-engineer" of your own',
    ],
    [
      '.codex/config.toml',
      '[mcp_servers]\na.command = "x"\nbackend-engineer = {}\n',
      'it has a server "backend-engineer" of your own',
    ],
  ])('leaves %s alone where it is %j, and says why', async (file, old, why) => {
    const root = project({ [file]: old })
    const { code, out } = await cli(root, 'init', ...everyHost, '--apply')
    expect(code).toBe(0)
    expect(out).toContain(`Left alone: ${file}: ${why}`)
    expect(text(root, file)).toBe(old)
  })

  it.each([
    ['AGENTS.md', '- ```sh\n  pnpm dev\n  ```\n\n> ~~~\n> a\n> ~~~\n'],
    ['.codex/config.toml', '[mcp_servers]\na.command = "x"\n\n[agents]\nbackend-engineer = 1\n'],
  ])('writes into %s where it is %j', async (file, old) => {
    const root = project({ [file]: old })
    await cli(root, 'init', ...everyHost, '--apply')
    expect(text(root, file).startsWith(`${old}\n`)).toBe(true)
  })

  it('says which file is none, and writes nothing', async () => {
    const root = project({ 'CLAUDE.md/a.md': 'a\n' })
    const { code, err } = await cli(root, 'init', '--host', 'claude', '--apply')
    expect(code).toBe(2)
    expect(err).toContain('CLAUDE.md is no file.')
    expect(existsSync(join(root, '.mcp.json'))).toBe(false)
  })

  it('starts the server without npx where it is a dependency', async () => {
    const root = project({
      'package.json': application['package.json'].replace('}\n}', ', "backend-engineer": "0.1.0" }\n}'),
    })
    await cli(root, 'init', '--host', 'claude', '--apply')
    expect(JSON.parse(text(root, '.mcp.json')).mcpServers['backend-engineer'].command).toBe('node')
  })

  it('writes nothing where there is no application, and says what it does not understand', async () => {
    const root = project({ 'package.json': '{"name":"empty"}', 'prisma/schema.prisma': '' })
    rmSync(join(root, 'prisma'), { recursive: true })
    const before = tree(root)
    expect(await cli(root, 'init', '--apply')).toMatchObject({ code: 2 })
    expect(tree(root)).toEqual(before)
    expect((await cli(root, 'init', '--host', 'cursr')).err).toContain('Did you mean "cursor"?')
    expect((await cli(root, 'init', '--nope')).code).toBe(2)
    expect((await cli(root, 'init', 'no-such-folder')).err).toContain('does not exist')
  })
})
