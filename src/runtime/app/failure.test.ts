import { expect, it } from 'vitest'
import { UserError } from '../../core/error.ts'
import { BringUpError, diagnose, tailOf } from './failure.ts'

/** What tools print, and what a person would say of it. */
const logs: [string, RegExp, RegExp][] = [
  [
    "▲ Next.js 16.4.5\n./app/page.tsx:1:1\nModule not found: Can't resolve '@acme/ui'\n> 1 | import '@acme/ui'",
    /module `@acme\/ui` is not there/,
    /Install the packages/,
  ],
  [
    "Error: Cannot find module './generated/client'\nRequire stack:",
    /\.\/generated\/client/,
    /generate it in the project/,
  ],
  [
    '\u001b[31m❌ Invalid environment variables:\u001b[39m {\n  STRIPE_KEY: [ "Required" ],\n  MAIL_FROM: [ "Invalid" ]\n}',
    /refuses STRIPE_KEY, MAIL_FROM/,
    /values that the check accepts/,
  ],
  ['Error: SESSION_SECRET is not set\n    at x', /SESSION_SECRET is not set/, /`SESSION_SECRET`/],
  ['Error: Missing environment variable REDIS_URL\n    at x', /REDIS_URL/, /REDIS_URL|variables/],
  ['FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory', /memory/, /memory/],
  ['Error: listen EADDRINUSE: address already in use 127.0.0.1:3000', /port/, /another port/],
  [
    'Error: request to https://binaries.prisma.sh/all_commits/x failed',
    /download an engine/,
    /prisma generate/,
  ],
  [
    'PrismaClientInitializationError: Prisma Client could not locate the Query Engine for runtime "debian".',
    /engine that is not installed/,
    /driver adapter/,
  ],
  [
    'You are using Node.js 18.1.0. For Next.js, Node.js version ">=20.9.0" is required.',
    /18\.1\.0/,
    /version of Node/,
  ],
  ['ENOSPC: no space left on device, write', /disk is full/, /space/],
  [
    'warn - old\n  ▲ x\nTypeError: boom is not a function\n    at y',
    /TypeError: boom is not a function/,
    /log/,
  ],
  ['', /said nothing/, /log/],
]

it.each(logs)('names the cause in %j', (log, reason, remedy) => {
  const told = diagnose(log)
  expect(told.reason).toMatch(reason)
  expect(told.reason).not.toContain('\n')
  expect(told.remedy).toMatch(remedy)
})

it('is an error that the user can repair, with the end of the log', () => {
  const error = new BringUpError('build', 'why', 'do this', tailOf('\u001b[1ma\u001b[0m\nb\n', 1))
  expect(error).toBeInstanceOf(UserError)
  expect(error).toMatchObject({ step: 'build', reason: 'why', remedy: 'do this', log: 'b' })
  expect(error.message).toContain('build')
})
