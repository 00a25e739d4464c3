/** Fonts of Google are fetched while an application is built. In the copy, Next.js is told the answers beforehand. */
import { writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { readSyntax } from '../../source/read-syntax.ts'
import type { Expr } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { runStep, type StartNode } from './run-step.ts'
import type { StagedApp } from './stage.ts'
import type { SourceText } from './variables.ts'

interface FontCall {
  name: string
  options: unknown
}

/** Next.js makes the address of a font with these; they come with it, so they fit its version. */
const ADDRESSES = `
const from = 'next/dist/compiled/@next/font/dist/google/'
const { validateGoogleFontFunctionCall } = require(from + 'validate-google-font-function-call')
const { getFontAxes } = require(from + 'get-font-axes')
const { getGoogleFontsUrl } = require(from + 'get-google-fonts-url')
const found = []
for (const { name, options } of JSON.parse(process.argv[1])) {
  try {
    const font = validateGoogleFontFunctionCall(name, options)
    const axes = getFontAxes(font.fontFamily, font.weights, font.styles, font.selectedVariableAxes)
    found.push(getGoogleFontsUrl(font.fontFamily, axes, font.display))
  } catch {}
}
process.stdout.write('\\n' + JSON.stringify(found))
process.exit(0)
`

/**
 * Writes the module that `NEXT_FONT_GOOGLE_MOCKED_RESPONSES` names: a style sheet without faces for each font that the
 * sources use. Next.js then shows the fallback.
 */
export async function writeFonts(
  staged: StagedApp,
  start: StartNode,
  sources: readonly SourceText[],
  file: string,
  log: string,
  env: Record<string, string>,
): Promise<void> {
  const calls = sources.flatMap(fontCalls)
  const addresses = calls.length === 0 ? [] : await addressesOf(staged, start, calls, log, env)
  const answers = Object.fromEntries(addresses.map((address) => [address, '/* no face */']))
  await writeFile(file, `module.exports = ${JSON.stringify(answers)}\n`)
}

async function addressesOf(
  staged: StagedApp,
  start: StartNode,
  calls: FontCall[],
  log: string,
  env: Record<string, string>,
): Promise<string[]> {
  const args = ['-e', ADDRESSES, '--', JSON.stringify(calls)]
  const ended = await runStep(start, { args, cwd: staged.folder, env, limit: 30_000 }, log)
  const line = ended.log.trimEnd().split('\n').at(-1) ?? ''
  return ended.code === 0 && line.startsWith('[') ? z.array(z.string()).parse(JSON.parse(line)) : []
}

/** Next.js asks that the options are literals. */
function fontCalls({ file, text }: SourceText): FontCall[] {
  if (!text.includes('next/font/google')) return []
  const syntax = readSyntax(file, text)
  const calls: FontCall[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || expr.callee.k !== 'name') return
    const binding = syntax.bindings[expr.callee.b]
    if (binding?.k !== 'import' || binding.from !== 'next/font/google') return
    const [first] = expr.args
    calls.push({ name: binding.imported, options: first ? literalOf(first) : undefined })
  })
  return calls
}

function literalOf(expr: Expr): unknown {
  if (expr.k === 'literal') return expr.value
  if (expr.k === 'array') return expr.items.map(literalOf)
  if (expr.k === 'template') return expr.parts.join('')
  if (expr.k !== 'object') return undefined
  return Object.fromEntries(
    expr.props.flatMap(({ key, value }) => (key === undefined ? [] : [[key, literalOf(value)]])),
  )
}
