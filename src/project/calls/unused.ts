/** What of the schema no code asks for. */
import type { Entity } from '../data-model.ts'
import type { Project } from '../project.ts'
import { callsOf } from './prisma-calls.ts'

const OTHER_LANGUAGE = /\.(?:py|go|rb|java|kt|rs|php|cs|ex|exs|scala|swift)$/
/** Models that packages of sign-in reach by name. */
const SIGN_IN =
  /^(?:account|session|verification|verificationtoken|verificationrequest|authenticator|passkey|twofactor|jwks|ratelimit|oauth\w*|apikey|invitation|member)$/i

/** Models that no file of code mentions: not the client, not the relations, not the table. */
export function unusedModels(project: Project): Entity[] {
  if (project.files.some((file) => OTHER_LANGUAGE.test(file))) return []
  const models = project.dataModels.flatMap((one) => one.models)
  const open = models.filter(
    (model) =>
      !model.view && !model.ignored && !SIGN_IN.test(model.name) && callsOf(project, model.name).length === 0,
  )
  // Where no code of the client was read, nothing can be said.
  if (open.length === 0 || open.length === models.length) return []
  const texts = project.files
    .filter((file) => /\.[cm]?[jt]sx?$|\.sql$|\.ya?ml$/.test(file) && !/(?:^|\/)migrations\//.test(file))
    .map((file) => project.sourceText(file) ?? '')
  return open.filter((model) => {
    const fields = models.flatMap((other) =>
      other === model
        ? []
        : other.relations.filter((one) => one.model === model.name).map((one) => one.field),
    )
    const names = new RegExp(
      `\\b(?:${[...new Set([model.name, model.delegate, model.table, ...fields])].map(escaped).join('|')})\\b`,
    )
    return !texts.some((text) => names.test(text))
  })
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
