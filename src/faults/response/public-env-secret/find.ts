import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import type { Project } from '../../../project/project.ts'
import { publicReads } from '../../../project/public-variables.ts'

const fault: Fault<Project> = {
  id: 'response/public-env-secret',
  title: 'Secret variable that browsers are sent',
  severity: 'error',
  tags: ['security'],
  cwe: [200, 540],
  references: [
    'https://nextjs.org/docs/app/guides/environment-variables#bundling-environment-variables-for-the-browser',
    'https://github.com/OWASP/ASVS/blob/v5.0.0/5.0/en/0x22-V13-Configuration.md',
  ],

  *find(project) {
    const seen = new Set<string>()
    for (const { variable, location } of publicReads(project)) {
      const certainty = certaintyOf(variable)
      if (!certainty || seen.has(variable)) continue
      seen.add(variable)
      const plain = variable.replace(/^NEXT_PUBLIC_/, '')
      const draft: Draft = {
        location,
        subject: variable,
        certainty,
        found: `\`${variable}\` is named like a secret, and Next.js writes every \`NEXT_PUBLIC_\` variable that code of the browser reads into that code.`,
        why: 'Everybody who opens the page can read it, and it stays in the caches of the files that were built.',
        remedy: `Read it on the server only, as \`${plain}\`, and replace the value: it has been published.`,
        evidence: [{ kind: 'trace', steps: [{ location, note: `${variable} is read` }] }],
      }
      yield draft
    }
  },
}

/** Keys that services hand out for browsers are called public, publishable, site or client keys. */
function certaintyOf(variable: string): Draft['certainty'] | undefined {
  if (
    /PUBLISHABLE|PUBLIC_KEY|SITE_?KEY|ANON|CLIENT_ID|_ID$|_URL$|_ENABLED$|DISABLE|LENGTH|REGEX|PATTERN/.test(
      variable,
    )
  )
    return undefined
  if (/SECRET|PRIVATE_KEY|SERVICE_ROLE|PASSWORD|CREDENTIAL|ACCESS_KEY|DATABASE/.test(variable))
    return 'likely'
  return /API_KEY|TOKEN/.test(variable) ? 'possible' : undefined
}

export default fault
