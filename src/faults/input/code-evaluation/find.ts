import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'
import { type Acting, acting } from '../../../project/reach.ts'

const fault: Fault<Project> = {
  id: 'input/code-evaluation',
  title: 'Code injection: input of the caller is run as code',
  severity: 'error',
  tags: ['security'],
  cwe: [94, 95],
  references: [
    'https://cwe.mitre.org/data/definitions/94.html',
    'https://nodejs.org/api/vm.html',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x10-V1-Encoding-and-Sanitization.md',
  ],

  find: (project) => oncePerPlace(acting(project, 'code', 'all').map(draft)),
}

const draft = ({ run, event, input, sure }: Acting): Draft => ({
  location: event.location,
  subject: `${run.label} → ${event.name}`,
  certainty: sure ? 'likely' : 'possible',
  found: `${run.label} runs ${input} as code with ${event.name}.`,
  why: /vm/i.test(event.name)
    ? 'Node.js says of its module `vm` that it is no mechanism of security: code gets out of its context, to the process with its secrets.'
    : 'The caller runs what they like inside of the server: it reads the secrets of the process, the database and the files.',
  remedy:
    'Parse what is wanted (`JSON.parse`, a parser of expressions) instead of running it. Where users do bring code, run it in a process or isolate without secrets, files and network.',
  evidence: [traceTo(run, event, `runs ${input}`)],
  endpoint: run.label,
})

export default fault
