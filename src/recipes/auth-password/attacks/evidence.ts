/** What was sent and seen, as evidence: without anything that looks like a credential. */
import type { ExchangeRole, Exchanges } from '../../../core/finding.ts'
import { asCurl } from '../../../runtime/requests/curl.ts'
import type { HttpAnswer, HttpRequest } from '../../../runtime/requests/send.ts'

export interface Sent {
  role: ExchangeRole
  as: string
  request: HttpRequest
  answer: HttpAnswer
  saw: string
}

const BODY = 600
const SHOWN = 8
const TELLING =
  /^(content-type|location|retry-after|set-cookie|cache-control|allow|access-control-allow-(origin|credentials))$/i

/** The exchanges that show the point: those that were commented on come first. */
export function evidenceOf(origin: string, sent: readonly Sent[]): Exchanges {
  const chosen = sent.toSorted((a, b) => rank(a) - rank(b)).slice(0, SHOWN)
  const shown = sent.filter((one) => chosen.includes(one))
  return {
    kind: 'exchange',
    exchanges: shown.map(({ role, as, request, answer, saw }) => ({
      role,
      as,
      request: {
        method: request.method,
        url: masked(request.path),
        headers: kept(request.headers ?? {}, /./),
        ...(request.body === undefined ? {} : { body: cut(masked(textOf(request.body))) }),
      },
      response: {
        status: answer.status,
        headers: kept(answer.headers, TELLING),
        body: cut(masked(answer.body)),
      },
      saw: saw === '' ? `status ${answer.status}` : masked(saw),
    })),
    reproduce: shown
      .filter(({ role }) => role === 'exploit')
      .map(({ request }) => masked(asCurl(origin, { ...request, body: cut(textOf(request.body ?? '')) }))),
  }
}

const rank = ({ saw, role }: Sent): number => (saw !== '' ? 0 : role === 'exploit' ? 1 : 2)
const textOf = (body: string | Uint8Array): string =>
  typeof body === 'string' ? body : new TextDecoder().decode(body)
const cut = (text: string): string =>
  text.length > BODY ? `${text.slice(0, BODY)}… (${text.length} characters)` : text

const kept = (headers: Record<string, string>, names: RegExp): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => names.test(name) && !/^x-backend-engineer/i.test(name))
      .map(([name, value]) => [name, masked(value)]),
  )

/** Tokens keep their start, by which one tells them apart; hashes keep their parameters. */
const masked = (text: string): string =>
  text
    .replace(/\beyJ[\w-]{8,}\.[\w-]*\.[\w-]*/g, (token) => `${token.slice(0, 8)}…`)
    .replace(/(\$[\w=,.-]+\$)[A-Za-z0-9+/.$=]{16,}/g, '$1…')
    .replace(
      /(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{32,}(?![\w-])/g,
      (token) => `${token.slice(0, 6)}…`,
    )
