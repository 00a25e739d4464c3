// Linters against `review` on the same labelled code: the faults planted in the example and the fixtures, their correct twins, and
// the examples of the faults' pages. `npm run build && node bench/rivals.mjs > bench/rivals.md`; installs the linters from the npm
// registry into a temporary folder, without their install scripts; a few minutes.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

const root = join(import.meta.dirname, '..')
const versions = {
  eslint: '9.39.1',
  '@typescript-eslint/parser': '8.46.4',
  typescript: '5.9.3',
  'eslint-plugin-security': '4.1.0',
  'eslint-plugin-sonarjs': '4.2.2',
  'eslint-plugin-no-secrets': '2.3.3',
  'eslint-plugin-no-unsanitized': '4.1.5',
  oxlint: '1.94.0',
}
/** A linter points at the statement or a line of it: this far from a label counts. */
const near = 2

const base = realpathSync(mkdtempSync(join(tmpdir(), 'rivals-')))
try {
  install()
  await compare()
} finally {
  rmSync(base, { recursive: true, force: true })
}

function install() {
  writeFileSync(
    join(base, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: versions }),
  )
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], {
    cwd: base,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  writeFileSync(
    join(base, 'eslint.config.mjs'),
    `import parser from '@typescript-eslint/parser'
import noSecrets from 'eslint-plugin-no-secrets'
import noUnsanitized from 'eslint-plugin-no-unsanitized'
import security from 'eslint-plugin-security'
import sonarjs from 'eslint-plugin-sonarjs'
const plugins = { security, sonarjs, 'no-secrets': noSecrets, 'no-unsanitized': noUnsanitized }
const rules = Object.fromEntries(Object.entries(plugins).flatMap(([name, plugin]) =>
  Object.entries(plugin.rules).filter(([, rule]) => !rule.meta?.deprecated).map(([rule]) => [name + '/' + rule, 'error'])))
export default [{
  files: ['**/*.{ts,tsx,js,jsx,mjs}'],
  plugins, rules,
  languageOptions: { parser, parserOptions: { ecmaFeatures: { jsx: true } } },
}]
`,
  )
}

/** Projects with what is wrong in them and what only looks so: planted, and the examples of the pages. */
function projects() {
  const planted = [
    ['examples/workshop', 'examples/workshop.labels.json'],
    ...['actions-only', 'pages-and-actions', 'trpc-monorepo'].map((name) => [
      `fixtures/apps/${name}`,
      `fixtures/apps/${name}.labels.json`,
    ]),
  ].map(([from, labels]) => {
    const folder = join(base, 'code', from)
    cpSync(join(root, from), folder, {
      recursive: true,
      filter: (file) => !/(^|\/)(node_modules|\.next|generated)(\/|$)/.test(relative(root, file)),
    })
    return { folder, name: from, ...JSON.parse(readFileSync(join(root, labels), 'utf8')) }
  })
  return [...planted, ...pageExamples()]
}

/** Each example twice, with its bad files and with its good ones. A file is wrong as a whole: no line is named there. */
function pageExamples() {
  const folder = join(root, 'src/faults')
  const pages = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.md'),
  )
  return pages.flatMap((page) => {
    const fault = dirname(page)
    const text =
      readFileSync(join(folder, page), 'utf8')
        .split(/^## Examples$/m)[1]
        ?.split(/^## /m)[0] ?? ''
    const [head = '', ...examples] = text.split(/^### /m)
    return examples.flatMap((example, index) => {
      const fences = [...fencesOf(head), ...fencesOf(example)]
      return ['bad', 'good'].flatMap((role) => {
        const marked = fences.filter((one) => one.role === role && !one.possible)
        if (marked.length === 0) return []
        const name = `page ${fault} ${index} ${role}`
        const at = join(base, 'code/pages', fault, String(index), role)
        const manifest = {
          file: 'package.json',
          text: '{ "name": "example", "dependencies": { "next": "16.4.5", "@prisma/client": "7.10.0" } }',
        }
        for (const { file, text } of [
          manifest,
          ...fences.filter((one) => one.role === 'shared' || one.role === role),
        ]) {
          mkdirSync(dirname(join(at, file)), { recursive: true })
          writeFileSync(join(at, file), text)
        }
        const labels = marked.map(({ file }) => ({ fault, file }))
        // Of the bad files, one is enough: the page's own test demands no more.
        return [
          {
            folder: at,
            name,
            faults: role === 'bad' ? [{ fault, file: labels.map(({ file }) => file) }] : [],
            twins: role === 'good' ? labels : [],
          },
        ]
      })
    })
  })
}

function fencesOf(text) {
  const fences = text.matchAll(/^(`{3,})\S* (shared|bad|good)( possible)? file=(\S+)\n([\s\S]*?)^\1$/gm)
  return [...fences].map(([, , role, possible, file, content]) => ({
    role,
    possible: possible !== undefined,
    file,
    text: content,
  }))
}

function lint(command, argv) {
  const { stdout } = spawnSync(join(base, 'node_modules/.bin', command), argv, {
    cwd: base,
    encoding: 'utf8',
    maxBuffer: 512 << 20,
  })
  return JSON.parse(stdout)
}

/** `{ file, line, rule }` of every message, absolute. Rules about form (no fault of any kind) are in it as well. */
function messagesOf() {
  const eslint = lint('eslint', ['code', '--format', 'json', '--no-warn-ignored']).flatMap(
    ({ filePath, messages }) =>
      messages
        .filter(({ ruleId }) => ruleId)
        .map(({ ruleId, line }) => ({
          tool: `eslint-plugin-${ruleId.split('/')[0]}`,
          rule: ruleId,
          file: filePath,
          line,
        })),
  )
  const categories = ['correctness', 'suspicious', 'pedantic', 'perf', 'style', 'restriction', 'nursery']
  const plugins = ['import', 'react', 'react-perf', 'nextjs', 'jsx-a11y', 'node', 'promise', 'jsdoc']
  const { diagnostics } = lint('oxlint', [
    ...categories.flatMap((one) => ['-D', one]),
    ...plugins.map((one) => `--${one}-plugin`),
    '--format',
    'json',
    'code',
  ])
  const oxlint = diagnostics.map(({ code, filename, labels }) => ({
    tool: 'oxlint',
    rule: code,
    file: join(base, filename),
    line: labels[0]?.span.line ?? 1,
  }))
  return [...eslint, ...oxlint]
}

/** Of a finding in the schema, also where its path begins: the key of a relation stands some lines above it. */
async function ours(folder) {
  const { loadProject } = await import('../dist/project/load.js')
  const { faults } = await import('../dist/faults/index.js')
  const { runFaults } = await import('../dist/operations/run-faults.js')
  const { trailsOf } = await import('../dist/core/finding.js')
  const project = await loadProject(folder)
  return runFaults(project, faults)
    .findings.filter(({ certainty, suppressed }) => certainty === 'likely' && !suppressed)
    .map(({ fault, location, evidence }) => ({
      tool: 'backend-engineer review',
      rule: fault,
      file: join(folder, location.file),
      line: location.line,
      also: trailsOf(evidence).flatMap(({ steps }) =>
        steps
          .slice(0, 1)
          .filter((step) => step.location.file.endsWith('.prisma'))
          .map((step) => ({ file: join(folder, step.location.file), line: step.location.line })),
      ),
    }))
}

async function compare() {
  const all = projects()
  const messages = messagesOf()
  for (const { folder } of all) messages.push(...(await ours(folder)))
  const labels = (kind) =>
    all.flatMap((project) =>
      project[kind].map((label) => ({
        ...label,
        name: project.name,
        files: [label.file].flat().map((file) => join(project.folder, file)),
      })),
    )
  const faulty = labels('faults')
  const twins = labels('twins')
  const hits =
    ({ files, line }) =>
    (message) =>
      [message, ...(message.also ?? [])].some(
        (at) => files.includes(at.file) && (line === undefined || Math.abs(at.line - line) <= near),
      )
  const noise = new Map()
  for (const { tool, rule, file, line, ...rest } of messages) {
    const key = `${tool} ${rule}`
    noise.set(key, [...(noise.get(key) ?? []), { file, line, ...rest }])
  }
  const onTwins = (tool, rule, fault) =>
    twins.filter(
      (twin) =>
        twin.fault === fault &&
        messages.some((one) => one.tool === tool && one.rule === rule && hits(twin)(one)),
    ).length
  const tools = [
    'backend-engineer review',
    'eslint-plugin-security',
    'eslint-plugin-sonarjs',
    'eslint-plugin-no-secrets',
    'eslint-plugin-no-unsanitized',
    'oxlint',
  ]
  const isOurs = (tool) => tool.startsWith('backend')
  const telling = (tool, label) => {
    const rules = [
      ...new Set(messages.filter((one) => one.tool === tool && hits(label)(one)).map(({ rule }) => rule)),
    ]
    return rules.filter((rule) =>
      isOurs(tool)
        ? rule === label.fault
        : onTwins(tool, rule, label.fault) === 0 && isAbout(tool, rule, label.fault),
    )
  }
  /** A rule that speaks of nearly everything is about nothing: of its messages, most must be at faults. */
  function isAbout(tool, rule, fault) {
    const said = noise.get(`${tool} ${rule}`) ?? []
    const right = said.filter((one) =>
      faulty.some((label) => label.fault === fault && hits(label)(one)),
    ).length
    return right * 2 >= said.length
  }
  const near1 = (tool, list) =>
    list.filter((label) =>
      messages.some(
        (one) => one.tool === tool && (!isOurs(tool) || one.rule === label.fault) && hits(label)(one),
      ),
    ).length
  const found = (tool) => faulty.filter((label) => telling(tool, label).length > 0).length
  const count = (tool) => messages.filter((one) => one.tool === tool).length

  console.log(`# Linters on the same faults

Method: \`node bench/rivals.mjs\`. ${faulty.length} faults and ${twins.length} correct twins: those planted in the example and three fixtures, and the
examples of the pages of all faults. All rules of every linter are on. ${Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}; Node ${process.versions.node}.

- *some message*: any rule says anything within ${near} lines of the label (in the file, for examples of pages). Of a linter with hundreds of
  rules of style, that means little.
- *tells it*: a rule that speaks at the fault, at no correct twin of the same fault, and at least half of the time at such
  faults. For review: the finding of that fault, likely.
- *at twins*: correct twins with some message near them; for review, with the finding of that fault.

| tool | messages | faults with some message | faults that it tells | at twins |
| --- | --- | --- | --- | --- |`)
  for (const tool of tools)
    console.log(
      `| ${tool} | ${count(tool)} | ${near1(tool, faulty)} of ${faulty.length} | ${found(tool)} of ${faulty.length} | ${near1(tool, twins)} of ${twins.length} |`,
    )
  const missed = faulty.filter((label) => telling(tools[0], label).length === 0)
  if (missed.length > 0)
    console.log(
      `\nNot found by review: ${missed.map(({ fault, name }) => `\`${fault}\` of ${name}`).join(', ')}.`,
    )
  const ids = [...new Set(faulty.map(({ fault }) => fault))].sort()
  console.log(
    `\n| fault | labels | ${tools.map((tool) => tool.replace('eslint-plugin-', '')).join(' | ')} |\n| --- | --- | ${tools.map(() => '---').join(' | ')} |`,
  )
  for (const id of ids) {
    const list = faulty.filter(({ fault }) => fault === id)
    const cells = tools.map((tool) => {
      const told = list.map((label) => telling(tool, label)).filter((rules) => rules.length > 0)
      const rules = [...new Set(told.flat())]
      return told.length === 0
        ? '-'
        : isOurs(tool)
          ? String(told.length)
          : `${told.length}: ${rules.map((rule) => `\`${rule}\``).join(', ')}`
    })
    console.log(`| \`${id}\` | ${list.length} | ${cells.join(' | ')} |`)
  }
}
