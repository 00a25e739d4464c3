// Why a mutant of the recipe `auth-password` may survive. `equivalent`: it behaves the same in all that is promised.
const equivalent = (file, kind, after, because) => ({ file, kind, after, because, equivalent: true })

const NEVER = 'the default is for the type alone: the value is always there'

const list = [
  equivalent(
    'register.ts',
    'written',
    "=== 'P2025'",
    'the error handling of the example answers `P2002` with 409 by itself; where a project does not, `register-race` notices',
  ),
  equivalent(
    'settings.ts',
    'text emptied',
    "names.join('')",
    'words of an error for whoever runs the server',
  ),
  equivalent(
    'read-json.ts',
    'await dropped',
    'reader?.cancel()',
    'the refusal is thrown either way; nothing waits for the end of the cancellation',
  ),
  equivalent(
    'hashing-queue.ts',
    'number changed',
    'Math.max(0, availableParallelism() - 1)',
    'the same on every machine with two cores or more',
  ),
  equivalent('password-policy.ts', 'number changed', 'codePointAt(0) ?? 1', NEVER),
  equivalent('rate-limit.ts', 'number changed', '(counts.get(key) ?? 1) > limit', NEVER),
  equivalent(
    'rate-limit.ts',
    'await dropped',
    '{ forgetOld()',
    'old rows are removed all the same, a moment later',
  ),
  equivalent(
    'access-tokens.ts',
    'guard removed',
    '{}',
    'the key is made again for each request, and is the same',
  ),
  equivalent(
    'sessions.ts',
    'operator swapped',
    'session.expiresAt <= idleEnd',
    'two equal times: either is the other',
  ),
  {
    file: 'register.ts',
    kind: 'condition negated',
    after: '!(!isTaken(error))',
    because:
      'the error handling of the example answers `P2002` with 409 by itself; that another failure of the database would be told as 409 too, nothing provokes',
  },
  {
    file: 'logout/route.ts',
    kind: 'await dropped',
    after: 'endSession((await requireUser',
    because:
      'the session ends a moment after the answer, before anybody asks again; that a failure is not told, nothing provokes',
  },
]

export const explained = ({ location, after, kind }) =>
  list.find((one) => location.file.endsWith(`/${one.file}`) && one.kind === kind && after.includes(one.after))
