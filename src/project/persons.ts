/** Data about people on its way to somebody who has not said who they are. */
import { isAnonymous } from './credentials.ts'
import type { Entity } from './data-model.ts'
import type { ClientProps, Response } from './flow/events.ts'
import { mentionsIdentity } from './flow/libraries.ts'
import { isShown } from './graphql-types.ts'
import { isVerified, levelOf } from './guards.ts'
import type { Project, Run } from './project.ts'
import { type SentColumn, sentColumns } from './sent-columns.ts'
import { words } from './words.ts'

export interface OpenAnswer {
  run: Run
  event: Response | ClientProps
  /** The columns that leave with it, but for those that only a caller who is known is given. */
  columns: SentColumn[]
}

/** The answers of endpoints that ask nobody who they are. */
export function* openAnswers(project: Project): Iterable<OpenAnswer> {
  for (const run of project.runs) {
    const { endpoint } = run
    if (!endpoint || endpoint.kind === 'middleware') continue
    const { level, proxy, public: isPublic } = endpoint.guard
    if (level !== 'none' || proxy || isPublic !== undefined) continue
    for (const event of run.events) {
      // What a server component returns is rendered, not sent; what it hands to a client component is.
      if (event.k !== 'response' && event.k !== 'client-props') continue
      if ((endpoint.kind === 'page') !== (event.k === 'client-props') || !isAnonymous(event)) continue
      const columns = sentColumns(project, run, event.value).filter(
        ({ column, deps }) => !isAsked(deps) && isShown(project, run, column),
      )
      if (columns.length > 0) yield { run, event, columns }
    }
  }
}

const LAYOUT = /(^|\/)layout\.[jt]sx?$/
const TURNS_AWAY = /\b(redirect|permanentRedirect|notFound|unauthorized|forbidden)\(/

/** A layout above a page may turn callers away: what it asks is not followed. */
export function mayBeBehindLayout(project: Project, { endpoint }: Run): boolean {
  if (endpoint?.kind !== 'page') return false
  return project.files.some((file) => {
    const folder = LAYOUT.test(file) ? file.replace(LAYOUT, '$1') : undefined
    if (folder === undefined || !endpoint.location.file.startsWith(folder)) return false
    const text = project.sourceText(file) ?? ''
    return TURNS_AWAY.test(text) || mentionsIdentity.test(text)
  })
}

/** On some way through the endpoint a key or a signature is asked for: whoever calls it may be the application itself. */
export const mayBeForMachines = ({ events }: Run): boolean =>
  events.some(
    (event) =>
      event.facts.some((fact) => /^(secret|signature|api-key)$/.test(levelOf(fact))) ||
      (event.k === 'compare' &&
        [event.left, event.right].some(({ deps }) => [...deps].some((dep) => dep.startsWith('credential:')))),
  )

const isAsked = (deps: ReadonlySet<string>): boolean =>
  isVerified(deps) || [...deps].some((dep) => dep.startsWith('credential:'))

const CONTACT = /^(.* )?(e ?mail( address)?|(phone|telephone|mobile|cell|whats ?app)( (number|no))?)$/
const BORN = /^(date of birth|dob|birth ?(day|date)|born( on| at)?)$/
const PLACE =
  /^((home|street|postal|billing|shipping|mailing|delivery) address|(street|address)( line)?( \d)?)$/
const NUMBER = /^(ssn|social security number|national id|passport( number)?|tax id|iban)$/
/** Meant to be seen, or no address of a person. */
const MEANT = /\b(public|support|business|company|invoice|noreply|from|template|wallet|masked|hashed)\b/

/** By this column a person is reached, found or told apart from all others: an address, a telephone number, a birthday. */
export function isPersonal(entity: Entity, column: string): boolean {
  const field = entity.fields.find(({ name }) => name === column)
  const name = words(column).join(' ')
  if (!field || MEANT.test(name)) return false
  if (BORN.test(name)) return /^(DateTime|String)$/.test(field.type)
  if (PLACE.test(name) && field.unique) return false
  return field.type === 'String' && [CONTACT, PLACE, NUMBER].some((one) => one.test(name))
}

const PERSON =
  /^(.* )?(person|customer|client|guest|patient|student|pupil|employee|attendee|participant|candidate|applicant|applications?|registration|subscriber|lead|profile|visitor|volunteer|donor|respondent|recipient|tenant|resident|passenger|signer|member|teacher|parent|child|contact)$/

/**
 * A row of it is about one person. `sure`: it is the account, or is called after a person; otherwise a row with an
 * address that belongs to an account or a tenant may as well be a shop.
 */
export function isAboutPerson(entity: Entity): 'sure' | 'perhaps' | undefined {
  if (entity.role === 'user') return 'sure'
  if (entity.role === 'tenant' || entity.role === 'global') return undefined
  if (!entity.fields.some(({ name, type }) => type === 'String' && /e_?mail/i.test(name))) return undefined
  return PERSON.test(words(entity.name).join(' ')) ? 'sure' : 'perhaps'
}
