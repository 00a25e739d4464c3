/** How errors are written in the project: its class, the order of its parameters, the words of its codes. */
import type { AnswerHabits, Import } from '../../project/habits/habits.ts'
import type { Project } from '../../project/project.ts'
import { property, quoted } from './naming.ts'
import { nameOf } from './source.ts'

/** What can go wrong, with the status and words that are usual for it. */
const failures = {
  invalid: { status: 422, codes: ['invalid_input', 'validation_error', 'validation_failed', 'invalid'] },
  weakPassword: { status: 422, codes: ['weak_password', 'invalid_input', 'validation_error', 'invalid'] },
  malformed: { status: 400, codes: ['invalid_json', 'bad_request', 'invalid_input', 'validation_error'] },
  mediaType: { status: 415, codes: ['unsupported_media_type', 'bad_request', 'invalid_input'] },
  tooLarge: { status: 413, codes: ['payload_too_large', 'too_large', 'bad_request', 'invalid_input'] },
  credentials: { status: 401, codes: ['invalid_credentials', 'unauthorized', 'unauthenticated'] },
  signedOut: { status: 401, codes: ['unauthorized', 'unauthenticated'] },
  crossSite: { status: 403, codes: ['cross_origin', 'forbidden'] },
  taken: { status: 409, codes: ['email_taken', 'conflict', 'already_exists'] },
  limited: { status: 429, codes: ['too_many_requests', 'rate_limited'] },
  busy: { status: 503, codes: ['busy', 'unavailable', 'service_unavailable'] },
} as const

export type Failure = keyof typeof failures

export interface ErrorClass {
  from: Import
  /** Arguments of the constructor, in order; several in one object. */
  parameters: (Part | Part[])[]
  /** The class is made by the recipe: the project has none that fits. */
  own: boolean
  /** It is that of tRPC, of this major version. */
  trpc?: number
  /** The codes that its type allows, where it names them. */
  union?: { file: string; members: string[]; end: number }
  codes: 'snake_case' | 'kebab-case' | 'SHOUTING'
}

type Part = 'status' | 'code' | 'message'

/** The project's class where it carries a status and a message, and asks for nothing else. */
export function errorClassOf(answers: AnswerHabits, project: Project): ErrorClass | undefined {
  const found = answers.error?.value
  if (!found) return undefined
  const parameters = parametersOf(
    found.parameters,
    project.sourceText(answers.error?.at?.file ?? found.file) ?? '',
  )
  if (!parameters?.flat().includes('status') || !parameters.flat().includes('message')) return undefined
  const type = found.parameters.find(({ name }) => meaningOf(name) === 'code')?.type
  const union = type === undefined ? undefined : unionOf(project, found.file, type)
  const codes = union?.members ?? codesIn(project, nameOf(found))
  return { from: found, parameters, own: false, ...(union && { union }), codes: styleOf(codes) }
}

type Parameter = NonNullable<AnswerHabits['error']>['value']['parameters'][number]

/** Undefined when it asks for something that is not known here. `text`: of the file with the class. */
function parametersOf(asked: readonly Parameter[], text: string): ErrorClass['parameters'] | undefined {
  const parameters: ErrorClass['parameters'] = []
  for (const { name, optional } of asked) {
    const parts = /^\{(.*)\}$/
      .exec(name)?.[1]
      ?.split(',')
      .map((one) => one.trim())
    const needed = parts?.filter((one) => meaningOf(one) !== undefined || !text.includes(`${one}?:`))
    const meanings = (needed ?? [name]).map(meaningOf)
    const known = meanings.filter((one) => one !== undefined)
    if (known.length < meanings.length) return optional ? parameters : undefined
    parameters.push(...(parts ? [known] : known))
  }
  return parameters
}

function styleOf(codes: readonly string[]): ErrorClass['codes'] {
  if (codes.filter((code) => /^[A-Z_]+$/.test(code)).length > codes.length / 2) return 'SHOUTING'
  return codes.some((code) => code.includes('-')) ? 'kebab-case' : 'snake_case'
}

function meaningOf(name: string): 'status' | 'code' | 'message' | undefined {
  if (/status/i.test(name)) return 'status'
  if (/^(code|errorCode|type|kind|slug)$/i.test(name)) return 'code'
  return /^(message|msg|text|detail)$/i.test(name) ? 'message' : undefined
}

/** `'A' | 'B'`, written out or behind a name in the same file. */
function unionOf(project: Project, file: string, type: string): ErrorClass['union'] {
  const text = project.sourceText(file)
  const declared = text && new RegExp(`\\btype\\s+${type}\\s*=((?:\\s*\\|?\\s*(['"])\\w+\\2)+)`).exec(text)
  if (!declared) return undefined
  const members = [...(declared[1] ?? '').matchAll(/['"](\w+)['"]/g)].map((one) => one[1] ?? '')
  return { file, members, end: declared.index + declared[0].length }
}

function codesIn(project: Project, name: string): string[] {
  const made = new RegExp(`new ${name}\\(([^)]*)\\)`, 'g')
  return project.code.flatMap((file) =>
    [...(project.sourceText(file) ?? '').matchAll(made)].flatMap((one) =>
      [...(one[1] ?? '').matchAll(/['"]([A-Za-z]+(?:[_-][A-Za-z]+)*)['"]/g)].map((code) => code[1] ?? ''),
    ),
  )
}

/** The status of a failure. */
export const statusOf = (failure: Failure): number => failures[failure].status

/** What tRPC calls it. */
export function trpcCode(failure: Failure, major: number): string {
  const code = trpcCodes[statusOf(failure)] ?? 'BAD_REQUEST'
  return code === 'SERVICE_UNAVAILABLE' && major < 11 ? 'TOO_MANY_REQUESTS' : code
}

const trpcCodes: Record<number, string> = {
  401: 'UNAUTHORIZED',
  403: 'FORBIDDEN',
  409: 'CONFLICT',
  413: 'PAYLOAD_TOO_LARGE',
  429: 'TOO_MANY_REQUESTS',
  503: 'SERVICE_UNAVAILABLE',
}

/** The code of a failure, in the project's words: one that the type has, else one that it gets. */
export function codeOf(failure: Failure, { union, codes: style }: ErrorClass): string {
  const codes = failures[failure].codes.map((code) => inStyle(code, style))
  return codes.find((code) => union?.members.includes(code)) ?? codes[0] ?? ''
}

function inStyle(code: string, style: ErrorClass['codes']): string {
  if (style === 'SHOUTING') return code.toUpperCase()
  return style === 'kebab-case' ? code.replaceAll('_', '-') : code
}

/** Codes that the recipe uses and the type of the project does not have. */
export function missingCodes(error: ErrorClass): string[] {
  const { union } = error
  if (!union) return []
  const used = keys.map((one) => codeOf(one, error))
  return [...new Set(used)].filter((code) => !union.members.includes(code))
}

const keys = Object.keys(failures).filter((name): name is Failure => name in failures)

/** The arguments, in the class's order: `401, 'unauthorized', 'Sign in to continue'`. */
export function errorArguments(error: ErrorClass, failure: Failure, message: string): string {
  const code = quoted(codeOf(failure, error))
  return argumentsOf(error, { status: String(statusOf(failure)), code, message })
}

export function argumentsOf({ parameters }: ErrorClass, values: Record<Part, string>): string {
  return parameters
    .map((one) =>
      typeof one === 'string'
        ? values[one]
        : `{ ${one.map((part) => property(part, values[part])).join(', ')} }`,
    )
    .join(', ')
}
