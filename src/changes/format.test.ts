import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FormatStyle, formatted } from './format.ts'

const prettier: FormatStyle = { formatter: { value: 'prettier' }, options: {} }
const root = join(import.meta.dirname, '../..')

describe('formatted', () => {
  const code =
    "import { z } from 'zod'\nimport { a } from './a'\n\nexport const b = async (c: string) => { return [a, z, c] }\n"

  it('follows the options of the project, and leaves imports where they are', async () => {
    expect(await formatted(code, 'b.ts', prettier)).toBe(
      'import { z } from "zod";\nimport { a } from "./a";\n\nexport const b = async (c: string) => {\n  return [a, z, c];\n};\n',
    )
    const options = {
      semi: false,
      singleQuote: true,
      useTabs: true,
      arrowParens: 'avoid' as const,
      printWidth: 30,
    }
    expect(
      await formatted(`${code}export const d = (e) => [e, e]\n`, 'b.tsx', { ...prettier, options }),
    ).toBe(
      "import { z } from 'zod'\nimport { a } from './a'\n\nexport const b = async (\n\tc: string,\n) => {\n\treturn [a, z, c]\n}\nexport const d = e => [e, e]\n",
    )
  })

  it('knows the language by the name', async () => {
    expect(await formatted('{"a":[1,2]}', 'a.json', prettier)).toBe('{ "a": [1, 2] }\n')
    expect(await formatted('a:   1\n', 'a.yaml', prettier)).toBe('a: 1\n')
    expect(await formatted('# A\ntext\r\n', 'README.md', prettier)).toBe('# A\n\ntext\n')
  })

  it('says what does not parse', async () => {
    await expect(formatted('const a = (', 'src/a.ts', prettier)).rejects.toThrow(
      'src/a.ts cannot be formatted',
    )
    await expect(formatted('?', 'a.unknown', prettier)).rejects.toThrow('a.unknown cannot be formatted')
  })

  it('settles: a second time changes nothing', async () => {
    const files = ['apply.ts', 'places.ts', 'source-file.ts', 'source-edits.test.ts']
    const options = { printWidth: 60, trailingComma: 'none' as const, bracketSpacing: false, tabWidth: 4 }
    for (const file of files) {
      const once = await formatted(readFileSync(join(import.meta.dirname, file), 'utf8'), file, {
        ...prettier,
        options,
      })
      expect(await formatted(once, file, { ...prettier, options })).toBe(once)
    }
  })

  it('writes what Biome accepts', async () => {
    const text = [
      "import { z } from 'zod'",
      'export const body = z.strictObject({ email: z.email(), password: z.string().min(15).max(256), nested: z.object({ a: z.string() }) })',
      'export const page = html`<p>a</p>',
      '<b>as it is</b>`',
      'export async function POST(request: Request): Promise<Response> { try { const input = body.parse(await request.json()); return Response.json({ data: await prisma.user.findUniqueOrThrow({ where: { email: input.email }, select: { id: true } }) }, { status: 201 }) } catch (error) { return errorResponse(error) } }',
      '',
    ].join('\n')
    const options = { semi: false, singleQuote: true, printWidth: 80, trailingComma: 'all' as const }
    const folder = mkdtempSync(join(tmpdir(), 'format-'))
    const file = join(folder, 'route.ts')
    try {
      writeFileSync(file, await formatted(text, 'route.ts', { formatter: { value: 'biome' }, options }))
      const flags = [
        '--indent-style=space',
        '--line-width=80',
        '--javascript-formatter-quote-style=single',
        '--semicolons=as-needed',
      ]
      execFileSync(join(root, 'node_modules/.bin/biome'), ['format', ...flags, file], { cwd: folder })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
