/** Tokens as an attacker writes them. Nothing is checked here. */
import { createHmac, createSign, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { JwtContract } from './contract.ts'

export type Part = Record<string, unknown>

export interface Jwt {
  header: Part
  payload: Part
}

const part = z.record(z.string(), z.unknown())

/** What a token says; `undefined` when it is no signed JWT. */
export function decoded(token: string): Jwt | undefined {
  const [header, payload, signature] = token.split('.')
  if (header === undefined || payload === undefined || signature === undefined) return undefined
  try {
    return { header: open(header), payload: open(payload) }
  } catch {
    return undefined
  }
}

const open = (text: string): Part => part.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
const sealed = (value: Part): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const HASHES: Record<string, string> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }

/** Signed with a shared key, by the algorithm of its header. */
export function hmacSigned({ header, payload }: Jwt, key: Buffer | string): string {
  const head = `${sealed(header)}.${sealed(payload)}`
  const hash = HASHES[String(header.alg)] ?? 'sha256'
  return `${head}.${createHmac(hash, key).update(head).digest('base64url')}`
}

/** `alg: none` in whatever spelling the header has. */
export const unsigned = ({ header, payload }: Jwt): string => `${sealed(header)}.${sealed(payload)}.`

export function rsaSigned({ header, payload }: Jwt, key: KeyObject): string {
  const head = `${sealed(header)}.${sealed(payload)}`
  return `${head}.${createSign('RSA-SHA256').update(head).sign(key, 'base64url')}`
}

export const rsaKeys = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })

/** The key of the copy, when it is a shared one and the environment holds it. */
export function keyOf(jwt: JwtContract, env: Record<string, string>): Buffer | undefined {
  const text = jwt.secret && env[jwt.secret.variable]
  if (text === undefined || jwt.secret === undefined || !jwt.algorithm.startsWith('HS')) return undefined
  return Buffer.from(text, jwt.secret.encoding)
}

export const otherKey = (): Buffer => randomBytes(48)
