import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { takesOf, undoTool } from '../src/mcp/tools.ts'
import { operations } from '../src/operations/index.ts'

const root = join(import.meta.dirname, '..')
const plugin = join(root, 'plugin')
const read = (file: string): string => readFileSync(join(plugin, file), 'utf8')
const json = (file: string): unknown => JSON.parse(read(file))
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')))

/** Hosts take unknown keys without a word: `tols:` would hand out every tool. So the keys are closed here. */
const agentKeys = z.strictObject({
  name: z.string().regex(/^[a-z][a-z-]{0,63}$/),
  description: z.string().min(40).max(1024),
})
const skillKeys = z.strictObject({
  name: z.string().regex(/^[a-z][a-z-]{0,63}$/),
  description: z.string().min(40).max(1024),
})

function page(file: string): { frontmatter: unknown; text: string } {
  const [, frontmatter = '', text = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(read(file)) ?? []
  return { frontmatter: parse(frontmatter), text }
}

const skills = readdirSync(join(plugin, 'skills'))
const pages = ['agents/backend-engineer.md', ...skills.map((name) => `skills/${name}/SKILL.md`)]

describe('the plugin', () => {
  it('has an agent whose frontmatter holds nothing that a host would misread', () => {
    expect(agentKeys.parse(page('agents/backend-engineer.md').frontmatter).name).toBe('backend-engineer')
  })

  it.each(skills)('has the skill %s under its own name', (name) => {
    expect(skillKeys.parse(page(`skills/${name}/SKILL.md`).frontmatter).name).toBe(name)
    expect(read(`skills/${name}/SKILL.md`).split('\n').length).toBeLessThan(500)
  })

  it.each(pages)('names only tools that there are, with inputs that they take, in %s', (file) => {
    const { text } = page(file)
    const names = [...operations.map(({ name }) => name), undoTool.name]
    const calls = [...text.matchAll(/`([a-z]+) (\{[^`]*\})`/g)]
    for (const [, tool = '', input = ''] of calls) {
      expect(names).toContain(tool)
      const operation = operations.find(({ name }) => name === tool)
      const takes = operation && takesOf(operation)
      const known = takes
        ? [...takes.own.map(({ key }) => key), ...Object.keys(takes.besides)]
        : ['id', 'root']
      const keys = Object.keys(
        z.record(z.string(), z.unknown()).parse(JSON.parse(input.replace(/, …|\s*\n\s*/g, ''))),
      )
      expect(known).toEqual(expect.arrayContaining(keys))
    }
    expect(calls.length).toBeGreaterThan(1)
  })

  it('binds each of its seven ways of working to a tool', () => {
    const ways = page('agents/backend-engineer.md')
      .text.split(/^\d\. \*\*/m)
      .slice(1)
    expect(ways).toHaveLength(7)
    for (const way of ways) expect(way).toMatch(/`(understand|review|prove|fix|build|optimize)\b/)
  })

  it('is described the same in both manifests, with the version of the package', () => {
    const manifest = z.strictObject({
      name: z.literal('backend-engineer'),
      version: z.literal(version),
      description: z.string(),
      license: z.literal('MIT'),
      keywords: z.array(z.string()),
    })
    const portable = z.strictObject({
      ...manifest.shape,
      $schema: z.literal('https://agent-plugins.org/schemas/1.0.0/plugin.schema.json'),
    })
    const { $schema: _, ...rest } = portable.parse(json('plugin.json'))
    expect(rest).toEqual(manifest.parse(json('.claude-plugin/plugin.json')))
  })

  it.each([
    ['.mcp.json', 'CLAUDE_PLUGIN_ROOT'],
    ['mcp.json', 'PLUGIN_ROOT'],
  ])('starts its server from its own folder in %s', (file, variable) => {
    const servers = z.object({
      mcpServers: z.object({
        'backend-engineer': z.object({ command: z.literal('node'), args: z.array(z.string()) }),
      }),
    })
    const [script = ''] = servers.parse(json(file)).mcpServers['backend-engineer'].args
    expect(script.startsWith(`\${${variable}}/`)).toBe(true)
    expect(existsSync(join(plugin, script.replace(`\${${variable}}/`, '')))).toBe(true)
  })
})
