import type { NewFile } from '../../../core/change.ts'
import { answering, failing } from '../answers.ts'
import { fromFile, type Wanted, written } from '../source.ts'
import type { Call, Target } from '../target.ts'

export function routes(t: Target): NewFile[] {
  return t.calls.map((call) => route(t, call))
}

function route(t: Target, call: Call): NewFile {
  const { imports, method, body } = handlers[call](t)
  return written(
    t.habits,
    t.route(call),
    [fromFile(t.part.endpoint, 'endpoint'), ...imports],
    `
export const ${method} = endpoint(async (request) => {
  ${body}
})`,
    false,
  )
}

interface Handler {
  method: 'GET' | 'POST'
  imports: Wanted[]
  body: string
}

const handlers: Record<Call, (t: Target) => Handler> = {
  register(t) {
    const answer = answering(t, 'user', 201)
    const input = reading(t, 'registerSchema')
    return {
      method: 'POST',
      imports: [
        ...input.imports,
        fromFile(t.part.network, 'networkOf'),
        fromFile(t.part.register, 'register'),
        ...answer.imports,
      ],
      body: `const input = ${input.code}
  const user = await register(input, networkOf(request))
  return ${answer.code}`,
    }
  },
  login(t) {
    const input = reading(t, 'loginSchema')
    const guard = origin(t)
    return {
      method: 'POST',
      imports: [
        ...input.imports,
        ...guard.imports,
        fromFile(t.part.network, 'networkOf'),
        fromFile(t.part['sign-in'], 'signIn'),
        fromFile(t.part['token-answer'], 'tokenAnswer'),
      ],
      body: `${guard.code}const credentials = ${input.code}
  return tokenAnswer(await signIn(credentials, networkOf(request)))`,
    }
  },
  refresh(t) {
    const token = refreshToken(t)
    const refused = failing(t, 'signedOut', 'Sign in to continue')
    return {
      method: 'POST',
      imports: [
        ...token.imports,
        ...refused.imports,
        fromFile(t.part.sessions, 'renewSession'),
        fromFile(t.part['token-answer'], 'tokenAnswer'),
      ],
      body: `${token.code}
  const session = ${t.refreshIn === 'cookie' ? 'refreshToken && (await renewSession(refreshToken))' : 'await renewSession(refreshToken)'}
  if (!session) throw ${refused.code}
  return tokenAnswer(session)`,
    }
  },
  logout(t) {
    const inCookie = t.refreshIn === 'cookie'
    const token = refreshToken(t, true)
    return {
      method: 'POST',
      imports: [
        ...token.imports,
        ...(inCookie ? [fromFile(t.part['refresh-cookie'], 'clearRefreshCookie')] : []),
        fromFile(t.part['require-user'], 'requireUser'),
        fromFile(t.part.sessions, 'endSession', 'endSessionOf'),
      ],
      body: `${token.code}
  const hasEnded = refreshToken !== undefined && (await endSessionOf(refreshToken))
  if (!hasEnded) await endSession((await requireUser(request)).sessionId)
  ${inCookie ? 'const response = new Response(null, { status: 204 })\n  clearRefreshCookie(response)\n  return response' : 'return new Response(null, { status: 204 })'}`,
    }
  },
  me(t) {
    const answer = answering(t, 'user')
    return {
      method: 'GET',
      imports: [fromFile(t.part['require-user'], 'requireUser'), ...answer.imports],
      body: `const { user } = await requireUser(request)
  return ${answer.code}`,
    }
  },
}

interface Words {
  code: string
  imports: Wanted[]
}

/** Where the project's error handling knows the errors of zod, they are left to it. */
function reading(t: Target, schema: string): Words {
  const known = t.failing.knowsZod
  return {
    code: known ? `${schema}.parse(await readJson(request))` : `await readInput(request, ${schema})`,
    imports: [
      fromFile(t.part['read-json'], known ? 'readJson' : 'readInput'),
      fromFile(t.part.schemas, schema),
    ],
  }
}

function origin(t: Target): Words {
  return t.refreshIn === 'cookie'
    ? {
        code: 'requireSameOrigin(request)\n  ',
        imports: [fromFile(t.part['same-origin'], 'requireSameOrigin')],
      }
    : { code: '', imports: [] }
}

function refreshToken(t: Target, optional = false): Words {
  if (t.refreshIn === 'cookie') {
    const guard = origin(t)
    return {
      code: `${guard.code}const refreshToken = readRefreshCookie(request)`,
      imports: [...guard.imports, fromFile(t.part['refresh-cookie'], 'readRefreshCookie')],
    }
  }
  const read = reading(t, 'refreshSchema')
  return optional
    ? {
        code: `const hasBody = request.headers.has('content-type')
  const refreshToken = hasBody ? (${read.code.replace('refreshSchema', 'refreshSchema.partial()')}).refreshToken : undefined`,
        imports: read.imports,
      }
    : { code: `const { refreshToken } = ${read.code}`, imports: read.imports }
}
