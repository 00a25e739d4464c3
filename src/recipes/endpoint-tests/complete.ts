/** The tests as they are written once it was seen how the running copy answers. */
import { formatted } from '../../changes/format.ts'
import type { Finding } from '../../core/finding.ts'
import type { Completion, Decision } from '../../core/recipe.ts'
import { plural } from '../../core/wording.ts'
import type { LiveBench } from '../../proof/live-bench.ts'
import { withTestDatabase } from '../../proof/own-tests.ts'
import type { OwnTests, TestRun } from '../../runtime/app/own-tests.ts'
import type { TestsFacts, TestsInput } from './input.ts'
import { type Judged, judge, type Wrong } from './judge.ts'
import { observe } from './observe.ts'
import { subjectsOf } from './plan.ts'
import { probesOf } from './probes.ts'
import { type Runner, runnerOf } from './runner.ts'
import { type Subject, subjectOf } from './subject.ts'
import { testFileOf } from './tests.ts'

/** Asks everything, and writes the tests. What could not be asked stays a list of what is missing. */
export async function complete(bench: LiveBench, facts: TestsFacts, input: TestsInput): Promise<Completion> {
  const { fresh } = subjectsOf(facts, input)
  const runner = runnerOf(facts.habits)
  const result: Completion = { files: [], without: [], decisions: [], proposals: [] }
  await withTestDatabase(bench, facts.project, async (test) => {
    for (const subject of fresh) await one(bench, subject, runner, test, result)
  })
  return result
}

async function one(
  bench: LiveBench,
  first: Subject,
  runner: Runner,
  test: (run: TestRun) => Promise<OwnTests>,
  result: Completion,
): Promise<void> {
  const found = await legitimate(bench, first, runner, test)
  if ('why' in found) {
    const why = `No test could be written for ${first.label}: ${found.why}.`
    result.without.push({ file: first.testFile, why })
    return
  }
  const { subject, judged } = found
  const findings = subject.facts.findings?.() ?? []
  const file = testFileOf(subject, runner, judged, (wrong) => nameOf(findings, subject, wrong))
  result.files.push({ file: file.file, text: await formatted(file.text, file.file, subject.habits.code) })
  result.decisions.push(told(subject, file.tests, judged))
  for (const wrong of judged.wrong) {
    const name = nameOf(findings, subject, wrong)
    result.proposals.push(
      `${subject.label} ${wrong.what}${name === wrong.what ? '' : `: ${name}`}. Its test says what should be, and is marked as failing.`,
    )
  }
}

function told({ label }: Subject, tests: number, { wrong }: Judged): Decision {
  return {
    about: label,
    choice: plural(tests, 'test'),
    because:
      wrong.length === 0
        ? 'Each expects what was answered twice, with other rows each time.'
        : `${plural(wrong.length, 'answer')} should not be as ${wrong.length === 1 ? 'it is' : 'they are'}, and ${wrong.length === 1 ? 'is' : 'are'} marked.`,
    from: 'project',
  }
}

/** Where the first caller is not let in, one of another kind may be. */
async function legitimate(
  bench: LiveBench,
  first: Subject,
  runner: Runner,
  test: (run: TestRun) => Promise<OwnTests>,
): Promise<{ subject: Subject; judged: Judged } | { why: string }> {
  const seen = await observe(bench, first, runner, probesOf(first), test)
  if ('why' in seen) return seen
  const judged = judge(first, seen, runner)
  if (judged) return { subject: first, judged }
  const happy = seen.seen.find(({ probe }) => probe.group === 'happy')
  const better = seen.seen.find(({ probe, rounds }) => probe.role && rounds[0].status < 300)?.probe.role
  const why = `the legitimate request was answered ${happy?.rounds[0].status ?? 'with an error'}: ${JSON.stringify(happy?.rounds[0].body ?? seen.failed[0]?.error)?.slice(0, 200)}`
  if (!better) return { why }
  const subject = subjectOf(
    first.facts,
    first.run,
    new Map([[`${better.row.entity.name}.${better.field}`, better.value]]),
  )
  const again = await observe(bench, subject, runner, probesOf(subject), test)
  if ('why' in again) return again
  const other = judge(subject, again, runner)
  return other ? { subject, judged: other } : { why }
}

/** The finding that says the same. */
function nameOf(findings: readonly Finding[], { label }: Subject, wrong: Wrong): string {
  const topic = wrong.case.probe.group === 'stranger' ? /^authentication\// : /^authorization\//
  const found = wrong.grave
    ? findings.find(
        ({ endpoint, fault, suppressed }) => endpoint === label && topic.test(fault) && !suppressed,
      )
    : undefined
  return found ? `${found.fault} (${found.id})` : wrong.what
}
