/** Tokens that say what a genuine one says and are signed by somebody else. */
import { createHmac } from 'node:crypto'

const TOKEN = /eyJ[\w-]+\.(eyJ[\w-]+)\.[\w-]*/

/** The headers with each token in them forged: with another key, and with no signature at all. */
export function forgedHeaders(headers: Record<string, string>): Record<string, string>[] {
  const genuine = Object.values(headers).join(' ')
  const payload = TOKEN.exec(genuine)?.[1]
  if (payload === undefined) return []
  return [signed(payload), `${part({ alg: 'none', typ: 'JWT' })}.${payload}.`].map((token) =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.replace(TOKEN, token)])),
  )
}

function signed(payload: string): string {
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${payload}`
  return `${head}.${createHmac('sha256', 'the key of an attacker').update(head).digest('base64url')}`
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
