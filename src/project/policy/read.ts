import { emptyPolicy, type Policy, policyFile, policySchema } from '../../core/policy.ts'
import type { Problem } from '../../core/report.ts'
import { lineOf, readJsonc } from '../../source/config.ts'

/**
 * The policy of the folder that is asked about. Absent: an empty one. One that cannot be understood is not used at all, and a
 * problem names the line and what is wrong there.
 */
export function readPolicy(
  folder: string,
  read: (file: string) => string | undefined,
  problems: Problem[],
): { policy: Policy; file: string; found: boolean } {
  const file = folder === '.' ? policyFile : `${folder}/${policyFile}`
  const text = read(file)
  if (text === undefined) return { policy: emptyPolicy, file, found: false }
  const say = (line: number | undefined, what: string): void => {
    const where = line === undefined ? file : `${file}:${line}`
    const message = `${what} The policy was not used. Correct this line; docs/policy.md of backend-engineer has the form.`
    problems.push({ where, message, effect: 'partial' })
  }
  const { value, errors } = readJsonc(text)
  const [broken] = errors
  if (broken !== undefined) {
    const line = /\(line (\d+)\)/.exec(broken)?.[1]
    say(line === undefined ? undefined : Number(line), `This is no JSON: ${broken}.`)
    return { policy: emptyPolicy, file, found: false }
  }
  const parsed = policySchema.safeParse(value)
  if (parsed.success) return { policy: parsed.data, file, found: true }
  for (const issue of parsed.error.issues) {
    const path = issue.path.filter((part) => typeof part !== 'symbol')
    const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
    say(lineOf(text, path), `${name.replace(/^\./, '') || 'The policy'}: ${issue.message}.`)
  }
  return { policy: emptyPolicy, file, found: false }
}
