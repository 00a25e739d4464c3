import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'
import { type Acting, acting } from '../../../project/reach.ts'

const fault: Fault<Project> = {
  id: 'input/command-injection',
  title: 'Command injection: input of the caller in a command of the shell',
  severity: 'error',
  tags: ['security'],
  cwe: [78],
  references: [
    'https://nodejs.org/api/child_process.html#child_processexeccommand-options-callback',
    'https://cheatsheetseries.owasp.org/cheatsheets/OS_Command_Injection_Defense_Cheat_Sheet.html',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x10-V1-Encoding-and-Sanitization.md',
  ],

  find: (project) => oncePerPlace(acting(project, 'command', 'all').map(draft)),
}

const draft = ({ run, event, input, sure }: Acting): Draft => ({
  location: event.location,
  subject: `${run.label} → ${event.name}`,
  certainty: sure ? 'likely' : 'possible',
  found: `${run.label} puts ${input} into the command of ${event.name}.`,
  why: 'What stands after `;`, `&&` or in `$(…)` is run as a command of its own, with all that the server may do.',
  remedy:
    'Call `execFile(program, [arguments])`, without a shell and with the program written down. Refuse arguments that begin with `-`, or put `--` before them.',
  evidence: [traceTo(run, event, `${input} becomes part of the command`)],
  endpoint: run.label,
})

export default fault
