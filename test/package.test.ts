import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { faults } from '../src/faults/index.ts'
import { topics } from '../src/knowledge/shelf.ts'

const root = join(import.meta.dirname, '..')
const packed = z.array(z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }))
const manifest = z
  .object({
    version: z.string(),
    bin: z.object({ 'backend-engineer': z.string() }),
    dependencies: z.record(z.string(), z.string()),
  })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))

/** `npm test` has built dist; here it is packed as it is. */
describe('the npm package', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'package-')))
  const installed = join(base, 'project/node_modules/backend-engineer')
  let paths: string[] = []

  beforeAll(() => {
    if (!existsSync(join(root, 'dist/cli/main.js'))) throw new Error('Run `npm run build` first.')
    const answer = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', base], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      shell: process.platform === 'win32',
    })
    const [tarball] = packed.parse(JSON.parse(answer))
    if (!tarball) throw new Error('npm pack made nothing')
    paths = tarball.files.map(({ path }) => path)
    // As npm would install it, without the network: unpacked, with the packages that it declares and no other.
    mkdirSync(installed, { recursive: true })
    execFileSync('tar', ['-xzf', tarball.filename, '--strip-components=1', '-C', installed], { cwd: base })
    for (const name of Object.keys(manifest.dependencies)) {
      const link = join(base, 'project/node_modules', name)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(join(root, 'node_modules', name), link, 'junction')
    }
  }, 60_000)
  afterAll(() => rmSync(base, { recursive: true, force: true }))

  const tool = (...argv: string[]): string =>
    execFileSync(process.execPath, [join(installed, manifest.bin['backend-engineer']), ...argv], {
      cwd: join(base, 'project'),
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: join(base, 'cache') },
    })

  it('holds the built tool, the pages of the faults, the playbooks, and nothing else', () => {
    const fixed = [
      'package.json',
      'README.md',
      'LICENSE',
      'CHANGELOG.md',
      'docs/policy.schema.json',
      'docs/policy.md',
    ]
    const docs = faults.map(({ id }) => `docs/faults/${id}.md`)
    const guides = topics.map((topic) => `src/knowledge/${topic}.md`)
    const plugin = readdirSync(join(root, 'plugin'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    const built = paths.filter((path) => /^dist\/.+(?<!\.test)(\.c?js|\.d\.ts)$/.test(path))
    const licences = ['dist/cli/main.LICENSES.txt', 'dist/cli/mcp.LICENSES.txt']
    expect(paths.filter((path) => !built.includes(path)).sort()).toEqual(
      [...fixed, ...docs, ...guides, ...plugin, ...licences].sort(),
    )
    expect(built).toContain('dist/index.d.ts')
    expect(built.length).toBeGreaterThan(50)
  })

  it('runs with the packages that it declares', () => {
    expect(tool('--version').trim()).toBe(manifest.version)
    const example = join(root, 'examples/workshop')
    expect(tool('understand', example)).toContain('DELETE /api/orgs/[orgId]/')
    expect(tool('review', example, '--fail-on', 'never')).toContain('authorization/unscoped-access')
  })

  it('explains from its own pages', () => {
    expect(tool('explain', 'schema/redundant-index')).toContain('When to leave it')
  })

  it('answers questions from its own playbooks', () => {
    const example = join(root, 'examples/workshop')
    expect(tool('guide', 'how should I paginate /api/invoices?', example)).toContain('invoicesPage')
  })

  it('serves agents with nothing but what it declares, and starts from the plugin of the package', async () => {
    const cwd = join(base, 'project')
    for (const server of ['dist/cli/mcp.js', 'dist/cli/mcp.cjs', 'plugin/server.mjs']) {
      const client = new Client({ name: 'test', version: '1' })
      await client.connect(
        new StdioClientTransport({ command: process.execPath, args: [join(installed, server)], cwd }),
      )
      expect((await client.listTools()).tools.length).toBeGreaterThan(9)
      const { content } = await client.callTool({ name: 'explain', arguments: { id: 'input/raw-sql' } })
      expect(JSON.stringify(content)).toContain('When to leave it')
      await client.close()
    }
  })

  it('can be imported', () => {
    const script =
      'import { operations } from "backend-engineer"; console.log(operations.map((one) => one.name).join())'
    const names = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      cwd: join(base, 'project'),
      encoding: 'utf8',
    })
    expect(names.trim()).toMatch(/^checkup,understand,review,prove,fix,/)
  })
})
