import { describe, expect, it } from 'vitest'
import type { Fault } from '../core/fault.ts'
import type { Draft } from '../core/finding.ts'
import { runFaults } from './run-faults.ts'

type Subject = { sourceText(file: string): string | undefined }

function draft(line: number, subject = 'x'): Draft {
  const location = { file: 'a.ts', line, column: 1 }
  return { location, subject, certainty: 'likely', found: 'f', why: 'w', remedy: 'r', evidence: [] }
}

function fault(id: string, find: () => Iterable<Draft>): Fault<Subject> {
  return { id, title: id, severity: 'warning', tags: [], cwe: [], references: [], find }
}

function subject(...lines: string[]): Subject {
  return { sourceText: (file) => (file === 'a.ts' ? lines.join('\n') : undefined) }
}

describe('runFaults', () => {
  it('keeps an id when lines move, and numbers duplicates', () => {
    const first = runFaults(subject(), [fault('t/a', () => [draft(9), draft(2), draft(5, 'y')])])
    const moved = runFaults(subject(), [fault('t/a', () => [draft(12), draft(22), draft(40, 'y')])])
    const ids = first.findings.map((finding) => finding.id)
    expect(new Set(ids).size).toBe(3)
    expect(ids.every((id) => /^[0-9a-f]{10}$/.test(id))).toBe(true)
    expect(moved.findings.map((finding) => finding.id).sort()).toEqual([...ids].sort())
  })

  it('turns a fault that throws into a problem and goes on', () => {
    function* broken(): Generator<Draft> {
      yield draft(1)
      throw new Error('boom')
    }
    const run = runFaults(subject(), [fault('t/broken', broken), fault('t/fine', () => [draft(3)])])
    expect(run.findings.map((finding) => finding.fault)).toEqual(['t/broken', 't/fine'])
    expect(run.problems).toMatchObject([{ where: 't/broken', effect: 'partial' }])
    expect(run.problems[0]?.message).toContain('boom')
  })

  it('sorts by severity, then certainty, then place', () => {
    const info: Fault<Subject> = { ...fault('t/info', () => [draft(1)]), severity: 'info' }
    const mixed = fault('t/mixed', () => [{ ...draft(1), certainty: 'possible' }, draft(8), draft(4)])
    const error: Fault<Subject> = { ...fault('t/error', () => [draft(90)]), severity: 'error' }
    const lines = runFaults(subject(), [info, mixed, error]).findings.map((one) => one.location.line)
    expect(lines).toEqual([90, 4, 8, 1, 1])
  })
})

describe('suppression', () => {
  const one = (line: number) => [fault('t/a', () => [draft(line)])]

  it('takes a comment on the line, or a block of comments above it', () => {
    const same = runFaults(subject('x() // backend-engineer-ignore t/a public by design'), one(1))
    expect(same.findings[0]?.suppressed).toEqual({ by: 'comment', reason: 'public by design' })
    const block = subject(
      '/// backend-engineer-ignore t/a -- known',
      '{/* backend-engineer-ignore t/b other */}',
      'x()',
    )
    const above = runFaults(block, one(3), undefined, ['t/a', 't/b'])
    expect(above.findings[0]?.suppressed).toEqual({ by: 'comment', reason: 'known' })
    expect(above.problems).toEqual([])
  })

  it('does not take a comment of other code, of another fault, or two lines above', () => {
    for (const text of [
      ['y() // backend-engineer-ignore t/a reason', 'x()'],
      ['// backend-engineer-ignore t/b reason', 'x()'],
      ['// backend-engineer-ignore t/a reason', '', 'x()'],
    ]) {
      const run = runFaults(subject(...text), one(text.length), undefined, ['t/a', 't/b'])
      expect(run.findings[0]).not.toHaveProperty('suppressed')
    }
  })

  it('lists a comment without a reason, without a fault, or with an unknown fault', () => {
    const text = subject(
      'x() // backend-engineer-ignore t/a',
      '// backend-engineer-ignore',
      '// backend-engineer-ignore t/aa why',
    )
    const run = runFaults(text, one(1))
    expect(run.findings[0]).not.toHaveProperty('suppressed')
    expect(run.problems.map((problem) => problem.where)).toEqual(['a.ts:1', 'a.ts:2', 'a.ts:3'])
    expect(run.problems[0]?.message).toContain('no reason')
    expect(run.problems[2]?.message).toContain('Did you mean t/a?')
  })

  it('takes the baseline', () => {
    const [finding] = runFaults(subject(), one(1)).findings
    const entry = { id: finding?.id ?? '', fault: 't/a', file: 'a.ts' }
    const run = runFaults(subject(), one(7), { version: 1, findings: [entry] })
    expect(run.findings[0]?.suppressed?.by).toBe('baseline')
  })
})
