/** What the endpoints promise, as data: for the attacks, and for whoever calls them. */
import type { AuthContract } from './attacks/contract.ts'
import type { AuthFacts, AuthInput } from './input.ts'
import { deliveryOf } from './surfaces/delivery.ts'
import { type Target, targetOf } from './target.ts'
import { givesTexts, normalizes } from './templates/policy.ts'

/** Throws as `plan` does. */
export const contract = (facts: AuthFacts, input: AuthInput): AuthContract =>
  contractOf(targetOf(facts, input))

export function contractOf(t: Target): AuthContract {
  const { user, tables } = t
  const { endpoint, envelope, ...delivered } = deliveryOf(t)
  const path = (name: string): string[] => [...envelope, name]
  const inCookie = t.refreshIn === 'cookie'
  const cookie = { in: 'cookie', name: '__Host-refresh' } as const
  const access = { in: 'cookie', name: '__Host-access' } as const
  const disabled = user.disabled[0]
  const bcrypt = t.hashing.kind === 'bcrypt' || t.hashing.kind === 'bcryptjs'
  return {
    endpoints: {
      login: endpoint('login'),
      ...(t.register && { register: endpoint('register') }),
      refresh: endpoint('refresh'),
      logout: endpoint('logout'),
      me: endpoint('me'),
    },
    fields: {
      identifier: user.email,
      password: 'password',
      register: Object.fromEntries(
        user.filled.map(({ name, type }) => [name, givesTexts(t) ? String(samples[type]) : samples[type]]),
      ),
    },
    identifier: { kind: user.identifier, foldsCase: user.identifier === 'email', trims: true },
    password: {
      min: t.minimumLength,
      max: bcrypt ? 72 : 256,
      ...(bcrypt ? { maxBytes: 72 } : {}),
      normalizes: normalizes(t),
      refused: [
        'correcthorsebatterystaple',
        'passwordpasswordpassword',
        '123456789012345678',
        'qwertyuiopasdfghjkl',
      ],
    },
    access: {
      given: t.choice.surface.kind === 'actions' ? access : { in: 'body', path: path('accessToken') },
      sent:
        t.choice.surface.kind === 'actions'
          ? access
          : { in: 'header', name: 'authorization', prefix: 'Bearer ' },
      jwt: {
        algorithm: 'HS256',
        type: 'at+jwt',
        issuer: t.service,
        audience: `${t.service}-api`,
        secret: { variable: 'ACCESS_TOKEN_SECRET', encoding: 'utf8' },
        session: 'sid',
        lifetimeSeconds: t.accessLifetime,
      },
    },
    refresh: {
      given: inCookie ? cookie : { in: 'body', path: path('refreshToken') },
      sent: inCookie ? cookie : { in: 'body', path: ['refreshToken'] },
      graceSeconds: 0,
    },
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
    ...delivered,
    registerConceals: false,
    limits: { accountAndAddress: 10, address: 100, account: 100, windowSeconds: 15 * 60 },
    clientAddress: { header: 'x-forwarded-for', hops: 1 },
    tables: {
      user: {
        table: user.table,
        id: user.columns.id,
        identifier: user.columns.email,
        hash: user.columns.hash,
        ...(disabled && {
          disabled: {
            column: user.columns.disabled ?? disabled.name,
            value: disabled.type === 'DateTime' ? new Date(0).toISOString() : disabled.when,
          },
        }),
        fields: user.names,
      },
      idle: { table: tables.session.table, column: tables.column('idleExpiresAt'), meaning: 'ends' },
      absolute: { table: tables.session.table, column: tables.column('expiresAt'), meaning: 'ends' },
      limits: [tables.limit.table],
    },
  }
}

const samples = { String: 'Test {unique}', Int: 1, DateTime: '2000-01-01T00:00:00.000Z' } as const
