/** Certificates for the stub: an authority of one run, and a certificate for whatever name is asked for. */
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

export interface Authority {
  /** PEM, for `NODE_EXTRA_CA_CERTS` of the application. */
  certificate: string
  /** PEM of a key and a certificate for the names. */
  issue(names: readonly string[]): { key: string; cert: string }
}

const DAY_MS = 86_400_000

/** Makes an authority whose key exists in memory only. */
export function makeAuthority(now = Date.now()): Authority {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const leaf = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = 'backend-engineer stub'
  const base = { issuer, signer: privateKey, now }
  return {
    certificate: certificate({ ...base, subject: issuer, key: publicKey, extensions: [authorityOnly()] }),
    issue: (names) => ({
      key: leaf.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      cert: certificate({
        ...base,
        subject: 'stub',
        key: createPublicKey(leaf.privateKey),
        extensions: [alternativeNames(names)],
      }),
    }),
  }
}

interface Request {
  issuer: string
  subject: string
  key: KeyObject
  signer: KeyObject
  now: number
  extensions: Buffer[]
}

/** X.509 version 3 (RFC 5280), signed with ECDSA and SHA-256. */
function certificate({ issuer, subject, key, signer, now, extensions }: Request): string {
  const algorithm = sequence(identifier(ECDSA_SHA256))
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    commonName(issuer),
    sequence(time(now - DAY_MS), time(now + 30 * DAY_MS)),
    commonName(subject),
    key.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...extensions)),
  )
  const signature = sign('sha256', body, signer)
  const der = sequence(body, algorithm, tagged(0x03, Buffer.from([0]), signature))
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]
const COMMON_NAME = [0x55, 0x04, 0x03]
const BASIC_CONSTRAINTS = [0x55, 0x1d, 0x13]
const ALTERNATIVE_NAMES = [0x55, 0x1d, 0x11]

function tagged(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

const sequence = (...parts: Buffer[]): Buffer => tagged(0x30, ...parts)
const integer = (bytes: Buffer): Buffer => tagged(0x02, bytes)
const identifier = (bytes: number[]): Buffer => tagged(0x06, Buffer.from(bytes))
const octets = (content: Buffer): Buffer => tagged(0x04, content)

const commonName = (name: string): Buffer =>
  sequence(tagged(0x31, sequence(identifier(COMMON_NAME), tagged(0x0c, Buffer.from(name)))))

function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, '')
  return tagged(0x18, Buffer.from(text))
}

const authorityOnly = (): Buffer =>
  sequence(
    identifier(BASIC_CONSTRAINTS),
    tagged(0x01, Buffer.from([0xff])),
    octets(sequence(tagged(0x01, Buffer.from([0xff])))),
  )

const alternativeNames = (names: readonly string[]): Buffer =>
  sequence(
    identifier(ALTERNATIVE_NAMES),
    octets(sequence(...names.map((name) => tagged(0x82, Buffer.from(name))))),
  )
