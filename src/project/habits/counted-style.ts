/** The style of the code itself, counted in some of its files. */
import type { Fn } from '../../source/syntax.ts'
import type { CodeStyle } from './habits.ts'
import type { Reading } from './reading.ts'

type Options = CodeStyle['options']

/** How many files are read: of the server before others. */
const sample = 50

type Counted = Pick<CodeStyle, 'options' | 'functions' | 'exports'>

export function countedStyle(reading: Reading): Counted {
  const { own, handlers, inside } = reading
  const mine = own.files.filter(({ file }) => file.startsWith(inside) && !/(?:^|\/)generated\//.test(file))
  const files = [
    ...mine.filter(({ file }) => handlers.has(file)).slice(0, sample / 2),
    ...mine.filter(({ file }) => !handlers.has(file) && /\.[cm]?[jt]s$/.test(file)),
  ].slice(0, sample)
  return {
    options: optionsOf(files.map(({ text }) => text)),
    ...formsOf(
      reading,
      files.map(({ file }) => file),
    ),
  }
}

function optionsOf(texts: string[]): Options {
  const lines = texts.flatMap((text) => text.split('\n'))
  const count = (pattern: RegExp): number =>
    lines.reduce((sum, line) => sum + (pattern.test(line) ? 1 : 0), 0)
  const more = (yes: RegExp, no: RegExp, usual: boolean): boolean => {
    const [a, b] = [count(yes), count(no)]
    return a === b ? usual : a > b
  }
  const tabs = count(/^\t/)
  const spaces = count(/^ {2,}\S/)
  const hanging = count(/,$/)
  const tall = count(/[\w'")\]}]$/)
  return {
    semi: more(/^(?:import|export) .*['"];\s*$/, /^(?:import|export) .*['"]\s*$/, true),
    singleQuote: more(/(?:from|import) '/, /(?:from|import) "/, false),
    tabWidth: tabs > spaces ? 2 : widthOf(lines),
    useTabs: tabs > spaces,
    printWidth: columnsOf(lines),
    trailingComma: hanging + tall > 0 ? commasOf(texts) : 'all',
    arrowParens: more(/\(\w+\) =>/, /(?:^|[\s(,=])\w+ =>/, true) ? 'always' : 'avoid',
    bracketSpacing: more(/^import (?:type )?\{ /, /^import (?:type )?\{\w/, true),
  }
}

/** The step of the first indentation in a block. */
function widthOf(lines: string[]): number {
  const steps = new Map<number, number>()
  for (const [index, line] of lines.entries()) {
    const depth = /^( *)\S/.exec(line)?.[1]?.length ?? 0
    const before = /^( *)\S/.exec(lines[index - 1] ?? '')?.[1]?.length ?? 0
    if (/[{([]$/.test(lines[index - 1] ?? '') && depth > before)
      steps.set(depth - before, (steps.get(depth - before) ?? 0) + 1)
  }
  return [...steps].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 2
}

const widths = [80, 90, 100, 110, 120, 140, 160]

/** The least usual width that nearly all lines keep. */
function columnsOf(lines: string[]): number {
  const lengths = lines.filter((line) => !/['"`].{60,}|^\s*(?:\/\/|\*)/.test(line)).map((line) => line.length)
  const long = (width: number): number => lengths.filter((length) => length > width).length
  return widths.find((width) => long(width) <= lengths.length * 0.003) ?? 120
}

/** Before a closing bracket on its own line: a comma, or none. */
function commasOf(texts: string[]): Options['trailingComma'] {
  const count = (pattern: RegExp): number =>
    texts.reduce((sum, text) => sum + (text.match(pattern)?.length ?? 0), 0)
  const inObjects = [count(/,\n\s*[}\]]/g), count(/[\w'"`)\]}]\n\s*[}\]](?=[;,)\s])/g)]
  // Statements in blocks end without a comma as well: only object and array items are told apart by a colon before.
  const open = count(/:\s*[\w'"`.]+\n\s*\}/g)
  if ((inObjects[0] ?? 0) <= open) return 'none'
  const calls = count(/,\n\s*\)/g)
  const bare = count(/[\w'"`\]}]\n\s*\)(?=[;,\s])/g)
  return bare > calls * 4 && bare > 3 ? 'es5' : 'all'
}

function formsOf({ own }: Reading, files: string[]): Pick<CodeStyle, 'functions' | 'exports'> {
  let declared = 0
  let arrows = 0
  let named = 0
  let byDefault = 0
  for (const file of files) {
    const syntax = own.program.syntax(file)
    const text = own.files.find((one) => one.file === file)?.text ?? ''
    for (const { name, value } of syntax?.exports ?? []) {
      if (name === 'default') byDefault++
      else named++
      const fn = syntax && functionAt(syntax, value)
      if (!fn) continue
      if (/^(?:async\s+)?function\b/.test(text.slice(fn.at, fn.at + 40))) declared++
      else arrows++
    }
  }
  return {
    functions: arrows > declared ? 'arrow' : 'declaration',
    exports: byDefault > named ? 'default' : 'named',
  }
}

type Parsed = NonNullable<ReturnType<Reading['own']['program']['syntax']>>

function functionAt(syntax: Parsed, value: Parsed['exports'][number]['value']): Fn | undefined {
  if (value?.k === 'fn') return syntax.functions[value.fn]
  const binding = value?.k === 'name' ? syntax.bindings[value.b] : undefined
  if (binding?.k === 'fn') return syntax.functions[binding.fn]
  return binding?.k === 'const' && binding.init?.k === 'fn' ? syntax.functions[binding.init.fn] : undefined
}
