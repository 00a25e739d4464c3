import type { IncomingMessage } from 'node:http'
import type { Has } from './bugs.ts'

export class Refusal extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }
}

const HALF = /\p{Surrogate}/u
const CAP = 16 * 1024

/** The members of a JSON body. */
export async function bodyOf(has: Has, request: IncomingMessage): Promise<Record<string, unknown>> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json' && !has('any content type')) throw new Refusal(415, 'JSON is expected.')
  const capped = !has('no cap')
  if (capped && Number(request.headers['content-length'] ?? 0) > CAP) throw new Refusal(413, 'Too large.')
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    const bytes = Buffer.from(part as Uint8Array)
    parts.push(bytes)
    size += bytes.length
    if (capped && !has('cap by header') && size > CAP) throw new Refusal(413, 'Too large.')
  }
  const text = Buffer.concat(parts).toString('utf8')
  const value = parse(has, text)
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refusal(400, 'No object.')
  const body = { ...value } as Record<string, unknown>
  if (has('first key counts')) {
    const first = /"email":"([^"]*)"/.exec(text)?.[1]
    if (first !== undefined) body.emailOfLogin = first
  }
  if (!has('members copied')) return body
  const copy: Record<string, unknown> = {}
  for (const key of Object.keys(body)) copy[key] = body[key]
  return copy
}

function parse(has: Has, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (has('JSON not caught')) throw error
    throw new Refusal(400, 'No JSON.')
  }
}

/** A text of the body. */
export function textIn(has: Has, body: Record<string, unknown>, key: string, most: number): string {
  const found = body[key]
  const value =
    has('types not checked') && found !== undefined && typeof found !== 'object' ? String(found) : found
  if (typeof value !== 'string' || value.length > most) throw new Refusal(422, `${key} is not valid.`)
  if (value.includes('\0') && !has('NUL allowed')) throw new Refusal(422, `${key} is not valid.`)
  if (HALF.test(value) && !has('half characters allowed')) throw new Refusal(422, `${key} is not valid.`)
  return value
}
