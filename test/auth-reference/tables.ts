/** Tables of the reference server, and what attacks have to know of it. */
import type { AuthContract } from '../../src/recipes/auth-password/attacks/contract.ts'

export const SQL = `
CREATE TYPE "Role" AS ENUM ('USER', 'ADMIN');
CREATE TABLE "User" (
  "id" text PRIMARY KEY DEFAULT gen_random_uuid()::text, "email" text NOT NULL, "name" text,
  "passwordHash" text NOT NULL, "role" "Role" NOT NULL DEFAULT 'USER', "isVip" boolean NOT NULL DEFAULT false,
  "credit" integer NOT NULL DEFAULT 0, "disabledAt" timestamptz, "createdAt" timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE "Session" (
  "id" text PRIMARY KEY DEFAULT gen_random_uuid()::text,
  "userId" text NOT NULL REFERENCES "User" ("id") ON DELETE CASCADE,
  "ends" timestamptz NOT NULL, "revokedAt" timestamptz
);
CREATE TABLE "RefreshToken" (
  "hash" text PRIMARY KEY, "sessionId" text NOT NULL REFERENCES "Session" ("id") ON DELETE CASCADE,
  "ends" timestamptz NOT NULL, "usedAt" timestamptz
);
CREATE TABLE "LoginLimit" ("key" text PRIMARY KEY, "count" integer NOT NULL, "ends" timestamptz NOT NULL);
`
export const UNIQUE = 'CREATE UNIQUE INDEX IF NOT EXISTS "User_email_key" ON "User" ("email")'
export const NOT_UNIQUE = 'DROP INDEX IF EXISTS "User_email_key"'

export const LIMITS = { accountAndAddress: 10, address: 30, account: 50, windowSeconds: 900 }
export const COOKIE = '__Host-refresh'
export const JWT = { typ: 'at+jwt', iss: 'reference', aud: 'reference-api', seconds: 900 }
/** Long enough, and known to everybody. */
export const LISTED = ['password12345678', 'correcthorsebatterystaple']

export const contract: AuthContract = {
  endpoints: {
    register: { method: 'POST', path: '/api/auth/register', ok: [201] },
    login: { method: 'POST', path: '/api/auth/login', ok: [200] },
    refresh: { method: 'POST', path: '/api/auth/refresh', ok: [200] },
    logout: { method: 'POST', path: '/api/auth/logout', ok: [204] },
    me: { method: 'GET', path: '/api/auth/me', ok: [200] },
  },
  fields: { identifier: 'email', password: 'password', register: { name: 'Ada {unique}' } },
  identifier: { kind: 'email', foldsCase: true, trims: true },
  password: { min: 15, max: 256, normalizes: true, refused: LISTED },
  access: {
    given: { in: 'body', path: ['data', 'accessToken'] },
    sent: { in: 'header', name: 'authorization', prefix: 'Bearer ' },
    jwt: {
      algorithm: 'HS256',
      type: JWT.typ,
      issuer: JWT.iss,
      audience: JWT.aud,
      secret: { variable: 'AUTH_SECRET', encoding: 'utf8' },
      session: 'sid',
      lifetimeSeconds: JWT.seconds,
    },
  },
  refresh: { given: { in: 'cookie', name: COOKIE }, sent: { in: 'cookie', name: COOKIE }, graceSeconds: 0 },
  answers: {
    invalid: [400, 422],
    credentials: [401],
    taken: [409],
    limited: [429],
    busy: [503],
    tooLarge: [413],
    mediaType: [415],
    crossSite: [403],
  },
  registerConceals: false,
  limits: LIMITS,
  clientAddress: { header: 'x-forwarded-for', hops: 1 },
  tables: {
    user: {
      table: 'User',
      id: 'id',
      identifier: 'email',
      hash: 'passwordHash',
      disabled: { column: 'disabledAt', value: '2026-01-01' },
      fields: [],
    },
    idle: { table: 'RefreshToken', column: 'ends', meaning: 'ends' },
    absolute: { table: 'Session', column: 'ends', meaning: 'ends' },
    limits: ['LoginLimit'],
  },
}
