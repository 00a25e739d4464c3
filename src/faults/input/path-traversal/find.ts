import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import { traceTo } from '../../../project/ownership.ts'
import type { Project } from '../../../project/project.ts'
import { type Acting, acting } from '../../../project/reach.ts'

const fault: Fault<Project> = {
  id: 'input/path-traversal',
  title: 'Path traversal: a caller names any file of the server',
  severity: 'error',
  tags: ['security'],
  cwe: [22],
  references: [
    'https://cwe.mitre.org/data/definitions/22.html',
    'https://owasp.org/www-community/attacks/Path_Traversal',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x14-V5-File-Handling.md',
  ],

  find: (project) => oncePerPlace(acting(project, 'file', 'all').map(draft)),
}

const draft = ({ run, event, input, sure }: Acting): Draft => ({
  location: event.location,
  subject: `${run.label} → ${event.name}`,
  certainty: sure ? 'likely' : 'possible',
  found: `${run.label} puts ${input} into the path of ${event.name}; \`../\` in it leads out of the folder.`,
  why: READS.test(event.name)
    ? 'The caller reads what the server may read: `.env` with its secrets, the source, files of other users.'
    : 'The caller replaces or removes files of the server: those of other users, or code that runs next.',
  remedy:
    'Resolve the path and see that it is still inside: `const file = path.resolve(root, name)`, then `file.startsWith(root + path.sep)`. Where it is only a name, `path.basename(name)`; where it is an id, let a schema say so.',
  evidence: [traceTo(run, event, `${event.name} with ${input} in its path`)],
  endpoint: run.label,
})

const READS = /(read|stat|open$|createReadStream|copyFile|\.cp)/i

export default fault
