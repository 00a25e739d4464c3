/** From a project's script to the command that runs its tests once, without a shell. */

export interface TestCommand {
  runner: 'vitest' | 'jest' | 'node:test'
  /** `tsx` runs node's own runner, too. */
  program: 'vitest' | 'jest' | 'node' | 'tsx'
  /** Options of the script that count; for `node` and `tsx` with its patterns, as written. */
  args: string[]
  /** Variables that the script sets. */
  env: Record<string, string>
}

/** Words before the program that only lead to it. */
const leading = /^(?:npx|cross-env|pnpm|yarn|bunx?|npm|exec|run|--|-y|--yes|dotenvx?|dotenv-cli|env-cmd)$/
/** Options that make a runner wait, show a page, or measure what nobody asked for. */
const dropped = /^(?:run|watch|dev|--watch(?:All)?(?:=\S*)?|-w|--ui|--coverage(?:[.=]\S*)?|--open)$/

/** `undefined` when none of the runners is in it. */
export function testCommandOf(script: string): TestCommand | undefined {
  for (const part of script.split(/&&|\|\||;/)) {
    const found = commandIn(executed(wordsOf(part)))
    if (found) return found
  }
  return undefined
}

/** `find src -name '*.test.ts' -exec node --test {} +` is `node --test` on what it finds. */
function executed(words: string[]): string[] {
  const exec = words.indexOf('-exec')
  const name = words[words.indexOf('-name') + 1]
  if (words[0] !== 'find' || exec < 0 || !words.includes('-name')) return words
  const folder = words[1]?.startsWith('-') ? '.' : (words[1] ?? '.')
  return [...words.slice(exec + 1).filter((word) => !/^(\{\}|\+|\\|;)$/.test(word)), `${folder}/**/${name}`]
}

function commandIn(words: string[]): TestCommand | undefined {
  const env: Record<string, string> = {}
  let at = 0
  for (let word = words[at]; word !== undefined; word = words[++at]) {
    const set = /^([A-Za-z_]\w*)=(.*)$/.exec(word)
    if (set) env[set[1] ?? ''] = set[2] ?? ''
    // The files that a loader of variables names are not in the copy.
    else if (/^-[ef]$/.test(word)) at++
    else if (!leading.test(word)) break
  }
  const program = /^(?:.*\/)?(vitest|jest|node|tsx)$/.exec(words[at] ?? '')?.[1]
  const rest = words.slice(at + 1)
  if (program === 'vitest' || program === 'jest')
    return { runner: program, program, args: rest.filter((one) => !dropped.test(one)), env }
  if ((program === 'node' || program === 'tsx') && rest.includes('--test'))
    return { runner: 'node:test', program, args: rest.filter((one) => !dropped.test(one)), env }
  return undefined
}

/** Words of a command line; quotes hold one together. */
function wordsOf(text: string): string[] {
  return [...text.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ''))
}

const valued =
  /^(?:-r|-C|--(?:require|import|loader|experimental-loader|conditions|env-file|tsconfig|test-reporter|test-reporter-destination|test-name-pattern|test-concurrency|test-timeout|test-shard))$/

/** Options and patterns of a command of node's own runner. */
export function splitArgs(args: readonly string[]): { options: string[]; patterns: string[] } {
  const options: string[] = []
  const patterns: string[] = []
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? ''
    if (!word.startsWith('-')) patterns.push(word)
    else options.push(word, ...(valued.test(word) ? [args[++at] ?? ''] : []))
  }
  return { options, patterns }
}

/** What a shell makes of `tests/*.test.ts`; `**` is any depth. */
export function patternOf(glob: string): RegExp {
  const text = glob.replace(/^\.\//, '').replace(/[.+^$()|[\]\\]|\*\*\/|\*\*|\*|\?|\{[^}]*\}/g, (part) => {
    if (part === '**/') return '(?:.*/)?'
    if (part === '**') return '.*'
    if (part === '*') return '[^/]*'
    if (part === '?') return '[^/]'
    if (part.startsWith('{')) return `(?:${part.slice(1, -1).replaceAll('.', '\\.').split(',').join('|')})`
    return `\\${part}`
  })
  return new RegExp(`^${text}$`)
}
