import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { ClientProps, Response } from '../../../project/flow/events.ts'
import { type Leaf, leaves, traceTo } from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

/** Functions that undo an encryption, and what a credential is kept under. */
const DECRYPTS = /^(decrypt|decipher|unseal)/i
const CREDENTIAL = /token|secret|api_?key|private_?key|access_?key|password|credential/i
/** An endpoint that is made to show a secret says so in its name. */
const REVEALS = /reveal|show|unmask|decrypt|download|export|copy/i

const fault: Fault<Project> = {
  id: 'response/decrypted-secret',
  title: 'A stored credential is decrypted into an answer',
  severity: 'error',
  tags: ['security', 'api'],
  cwe: [200, 522],
  references: [
    'https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x23-V14-Data-Protection.md',
  ],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      const sent = run.endpoint.kind === 'page' ? event.k === 'client-props' : event.k === 'response'
      if (!sent || !(event.k === 'response' || event.k === 'client-props')) continue
      for (const leaf of leaves(event.value)) if (isDecrypted(leaf)) yield draft(run, event, leaf)
    }
  }
}

function isDecrypted({ path, value }: Leaf): boolean {
  const deps = [...value.deps]
  const column = deps.some((dep) => dep.startsWith('field:') && CREDENTIAL.test(dep))
  return (
    DECRYPTS.test(value.by ?? '') &&
    deps.some((dep) => dep.startsWith('row:')) &&
    (column || CREDENTIAL.test(path))
  )
}

function draft(run: Run, event: Response | ClientProps, { path, value }: Leaf): Draft {
  const by = value.by?.slice(0, value.by.indexOf(' ')) ?? ''
  const models = [...value.deps].flatMap((dep) => (dep.startsWith('row:') ? [dep.slice(4)] : []))
  return {
    location: event.location,
    subject: `${run.label} → ${path}`,
    certainty: REVEALS.test(run.label) ? 'possible' : 'likely',
    found: `${run.label} answers with \`${path}\`, which \`${by}\` makes of a row of ${[...new Set(models)].join(', ')}.`,
    why: 'It was encrypted so that nobody reads it who can read the database. In an answer it is in plain text in browsers, logs and extensions, for everybody who may call this.',
    remedy: `Send whether it is set, or its last four characters; let the form send a new one only when it is to change.`,
    evidence: [traceTo(run, event, `\`${path}\` is sent in plain text`)],
    endpoint: run.label,
  }
}

export default fault
