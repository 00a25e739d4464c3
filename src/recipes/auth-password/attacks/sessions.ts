/** How sessions go on and how they end. */
import { quoteName, quoteTable } from '../../../database/catalog.ts'
import { attack } from './attack.ts'
import type { TimeColumn } from './contract.ts'
import { decoded } from './jwt.ts'
import { NotApplicable, type Scene, type Session } from './scene.ts'
import type { Attack } from './target.ts'

const RACERS = 20

/** Sets all sessions back in time. Each attack makes its own, so none other is hurt. */
async function age(scene: Scene, { table, column, meaning }: TimeColumn): Promise<void> {
  const back = meaning === 'ends' ? '2 days' : '3650 days'
  await scene.target.database.query(
    `UPDATE ${quoteTable(table)} SET ${quoteName(column)} = now() - interval '${back}'`,
  )
}

async function deadAccess(scene: Scene, token: string, what: string): Promise<void> {
  if (!scene.contract.endpoints.me) return
  const answer = await scene.me(token)
  scene.holds(
    scene.refused(answer, 'credentials'),
    `${what}: the access token was answered ${answer.status}.`,
    answer,
  )
}

async function deadRefresh(scene: Scene, session: Session, what: string): Promise<void> {
  if (!scene.contract.endpoints.refresh || session.refresh === undefined) return
  const answer = await scene.refresh(session)
  scene.holds(
    scene.refused(answer, 'credentials'),
    `${what}: the refresh token was answered ${answer.status}.`,
    answer,
  )
}

async function alive(scene: Scene, session: Session, what: string): Promise<void> {
  if (scene.contract.endpoints.me) {
    const answer = await scene.me(session)
    scene.holds(
      scene.succeeded('me', answer),
      `${what}: the access token was answered ${answer.status}.`,
      answer,
    )
  }
  if (!scene.contract.endpoints.refresh || session.refresh === undefined) return
  const answer = await scene.refresh(session)
  scene.holds(
    scene.succeeded('refresh', answer),
    `${what}: the refresh token was answered ${answer.status}.`,
    answer,
  )
}

/** The tokens that a refresh gives. */
async function refreshed(scene: Scene, session: Session): Promise<Session> {
  const answer = await scene.refresh(session, { role: 'pre-control' })
  scene.control(scene.succeeded('refresh', answer), 'A refresh token that is in order was refused', answer)
  return scene.sessionOf(answer)
}

function rotating(scene: Scene): void {
  scene.endpoint('refresh')
  if (!scene.contract.refresh) throw new NotApplicable('There are no refresh tokens.')
  if (scene.contract.refresh.graceSeconds > 0)
    throw new NotApplicable(
      `A used refresh token may be used again for ${scene.contract.refresh.graceSeconds} seconds, by decision.`,
    )
}

export const sessionAttacks: Attack[] = [
  attack(
    'refresh-rotation',
    'A refresh gives new tokens',
    ['RFC 9700 4.14.2', 'ASVS 7.2.4', 'CWE-613'],
    async (scene) => {
      scene.endpoint('refresh')
      const { session } = await scene.visitor()
      const next = await refreshed(scene, session)
      scene.holds(next.refresh !== session.refresh, 'The refresh token stays the same.')
      await alive(scene, next, 'After a refresh')
      return 'The new tokens are good.'
    },
  ),

  attack(
    'refresh-race',
    'One refresh token used twenty times at once',
    ['RFC 9700 4.14.2', 'CWE-362', 'CWE-294'],
    async (scene) => {
      rotating(scene)
      const { session } = await scene.visitor()
      const answers = await Promise.all(Array.from({ length: RACERS }, () => scene.refresh(session)))
      const good = answers.filter((one) => scene.succeeded('refresh', one))
      scene.holds(
        good.length === 1,
        `${good.length} of ${RACERS} refreshes with one token succeeded.`,
        ...good,
      )
      for (const answer of answers)
        scene.holds(
          scene.succeeded('refresh', answer) || scene.refused(answer, 'credentials'),
          `A refresh that lost was answered ${answer.status}.`,
          answer,
        )
      for (const answer of good) {
        const won = scene.sessionOf(answer)
        await deadRefresh(scene, won, 'After a token was used twice, its family goes on')
        await deadAccess(scene, won.access, 'After a token was used twice, its family goes on')
      }
      return `One of ${RACERS} succeeded, and the family ended.`
    },
  ),

  attack('refresh-replay', 'A refresh token that was used', ['RFC 9700 4.14.2', 'CWE-294'], async (scene) => {
    rotating(scene)
    const { session } = await scene.visitor()
    const second = await refreshed(scene, session)
    const third = await refreshed(scene, second)
    const replay = await scene.refresh(session)
    scene.holds(
      scene.refused(replay, 'credentials'),
      `A used refresh token was answered ${replay.status}.`,
      replay,
    )
    await deadRefresh(scene, third, 'After a replay, its family goes on')
    await deadAccess(scene, third.access, 'After a replay, its family goes on')
    return 'It is refused, and ends all that came from it.'
  }),

  attack(
    'refresh-replay-others',
    'A replay ends one session, not all',
    ['RFC 9700 4.14.2', 'CWE-400'],
    async (scene) => {
      rotating(scene)
      const { person, session } = await scene.visitor()
      const other = await scene.signIn(person)
      const stranger = await scene.visitor()
      await refreshed(scene, session)
      await scene.refresh(session)
      await alive(scene, stranger.session, 'After a replay by somebody else')
      if (scene.contract.endpoints.me) {
        const answer = await scene.me(other)
        // Ending all sessions of the user is a choice too; those of others never.
        scene.holds(
          scene.succeeded('me', answer) || scene.refused(answer, 'credentials'),
          `Another session of the user: ${answer.status}.`,
          answer,
        )
      }
      return 'Others stay logged in.'
    },
  ),

  attack(
    'refresh-as-access',
    'A refresh token where an access token belongs',
    ['ASVS 9.2.2', 'CWE-843'],
    async (scene) => {
      scene.endpoint('me')
      const { session } = await scene.visitor()
      if (session.refresh === undefined) throw new NotApplicable('There are no refresh tokens.')
      await deadAccess(scene, session.refresh, 'A refresh token as access token')
      return 'It is refused.'
    },
  ),

  attack(
    'access-as-refresh',
    'An access token where a refresh token belongs',
    ['ASVS 9.2.2', 'CWE-843'],
    async (scene) => {
      scene.endpoint('refresh')
      const { session } = await scene.visitor()
      const answer = await scene.refresh(session.access)
      scene.holds(
        scene.refused(answer, 'credentials', 'invalid'),
        `An access token as refresh token was answered ${answer.status}.`,
        answer,
      )
      return 'It is refused.'
    },
  ),

  attack(
    'refresh-made-up',
    'Refresh tokens that nobody was given',
    ['ASVS 7.2.3', 'CWE-287'],
    async (scene) => {
      scene.endpoint('refresh')
      const { session } = await scene.visitor()
      const stranger = await scene.visitor()
      const token = session.refresh ?? ''
      const bare = await scene.call('refresh', scene.contract.refresh?.sent.in === 'body' ? {} : undefined)
      scene.holds(
        scene.refused(bare, 'credentials', 'invalid'),
        `A refresh without a token was answered ${bare.status}.`,
        bare,
      )
      const odd = [
        '',
        'x',
        '%00',
        token.slice(0, -2),
        `${token}A`,
        token.toUpperCase(),
        'x'.repeat(5000),
        "' OR 1=1 --",
        '{"not":""}',
      ]
      for (const one of odd) {
        if (one === token) continue
        const answer = await scene.refresh(one)
        scene.holds(
          scene.refused(answer, 'credentials', 'invalid'),
          `A made-up refresh token was answered ${answer.status}.`,
          answer,
        )
      }
      // A token that begins like a real one may end that session: somebody knows a part of it.
      await alive(scene, stranger.session, 'After made-up refresh tokens')
      return 'They are refused, and hurt nobody.'
    },
  ),

  attack(
    'refresh-entropy',
    'How much there is to guess in a refresh token',
    ['ASVS 7.2.3', 'CWE-331'],
    async (scene) => {
      scene.endpoint('refresh')
      const { person, session } = await scene.visitor()
      const tokens = [session.refresh ?? '']
      for (let i = 0; i < 3; i++) tokens.push((await scene.signIn(person)).refresh ?? '')
      scene.holds(new Set(tokens).size === tokens.length, 'Two logins give the same refresh token.')
      const secret = tokens.map((one) => (decoded(one) ? (one.split('.')[2] ?? '') : one))
      for (const one of secret)
        scene.holds(bitsOf(one) >= 128, `A refresh token has ${bitsOf(one)} bits at most; 128 are needed.`)
      return 'Enough, and another one at each login.'
    },
  ),

  attack('session-idle', 'A session that was not used for long', ['ASVS 7.3.1', 'CWE-613'], async (scene) => {
    const { idle } = scene.contract.tables
    if (!idle) throw new NotApplicable('No end of unused sessions is promised.')
    const { session } = await scene.visitor()
    await age(scene, idle)
    await deadRefresh(scene, session, 'Unused for too long')
    return 'It has ended.'
  }),

  attack(
    'session-absolute',
    'A session that is used again and again',
    ['ASVS 7.3.2', 'CWE-613'],
    async (scene) => {
      const { absolute } = scene.contract.tables
      if (!absolute) throw new NotApplicable('No end of all sessions is promised.')
      const { session } = await scene.visitor()
      const next = scene.contract.endpoints.refresh ? await refreshed(scene, session) : session
      await age(scene, absolute)
      await deadAccess(scene, next.access, 'After the last day of the session')
      await deadRefresh(scene, next, 'After the last day of the session')
      return 'It has ended.'
    },
  ),

  attack(
    'session-absolute-moves',
    'A refresh does not put off the last day',
    ['ASVS 7.3.2', 'CWE-613'],
    async (scene) => {
      const { absolute } = scene.contract.tables
      if (absolute?.meaning !== 'ends') throw new NotApplicable('No last day of sessions is stored.')
      scene.endpoint('refresh')
      const { session } = await scene.visitor()
      const near = `UPDATE ${quoteTable(absolute.table)} SET ${quoteName(absolute.column)} = now() + interval '26 hours'`
      await scene.target.database.query(near)
      await refreshed(scene, session)
      const later = await scene.target.database.query(
        `SELECT 1 FROM ${quoteTable(absolute.table)} WHERE ${quoteName(absolute.column)} > now() + interval '53 hours'`,
      )
      scene.holds(later.rows.length === 0, 'A refresh puts off the last day of the session.')
      return 'It stays where it was.'
    },
  ),

  attack('logout-access', 'The access token after logout', ['ASVS 7.4.1', 'CWE-613'], async (scene) => {
    scene.endpoint('logout')
    const { session } = await scene.visitor()
    const answer = await scene.logout(session, { role: 'pre-control' })
    scene.control(scene.succeeded('logout', answer), 'Logout was refused', answer)
    await deadAccess(scene, session.access, 'After logout')
    return 'It is dead at once.'
  }),

  attack('logout-refresh', 'The refresh token after logout', ['ASVS 7.4.1', 'CWE-613'], async (scene) => {
    scene.endpoint('logout')
    scene.endpoint('refresh')
    const { session } = await scene.visitor()
    const next = await refreshed(scene, session)
    const answer = await scene.logout(next, { role: 'pre-control' })
    scene.control(scene.succeeded('logout', answer), 'Logout was refused', answer)
    await deadRefresh(scene, next, 'After logout')
    await deadAccess(scene, session.access, 'After logout, of the first access token')
    return 'It is dead at once, as are older access tokens.'
  }),

  attack('logout-others', 'Logout ends one session', ['ASVS 7.4.1', 'CWE-613'], async (scene) => {
    scene.endpoint('logout')
    const { person, session } = await scene.visitor()
    const second = await scene.signIn(person)
    const stranger = await scene.visitor()
    await scene.logout(session, { role: 'pre-control' })
    await alive(scene, second, 'After logout of another session')
    await alive(scene, stranger.session, 'After logout of another user')
    return 'Other sessions go on.'
  }),

  attack(
    'logout-stranger',
    'Ending the session of somebody else',
    ['ASVS 8.2.2', 'CWE-639'],
    async (scene) => {
      scene.endpoint('logout')
      const { session } = await scene.visitor()
      const stranger = await scene.visitor()
      const claims = decoded(session.access)?.payload ?? {}
      const name = scene.contract.access.jwt?.session ?? 'sid'
      const sid = claims[name]
      const body = JSON.stringify({ sid, sessionId: sid, id: sid, userId: claims.sub })
      await scene.logout(stranger.session, { body, headers: { 'content-type': 'application/json' } })
      const nothing = await scene.call('logout', undefined, {
        body,
        headers: { 'content-type': 'application/json' },
      })
      scene.holds(nothing.status < 500, `Logout without a session was answered ${nothing.status}.`, nothing)
      await alive(scene, session, 'After a stranger named the session at logout')
      return 'Only one\u2019s own session can be ended.'
    },
  ),

  attack(
    'session-fixation',
    'A session that was there before login',
    ['ASVS 7.2.4', 'CWE-384'],
    async (scene) => {
      const attacker = await scene.visitor()
      const victim = await scene.person()
      const { sent } = scene.contract.refresh ?? scene.contract.access
      const planted = attacker.session.refresh ?? attacker.session.access
      const cookie: Record<string, string> = sent.in === 'cookie' ? { cookie: `${sent.name}=${planted}` } : {}
      const answer = await scene.login(victim, { headers: { ...cookie, 'sec-fetch-site': 'same-origin' } })
      scene.control(scene.succeeded('login', answer), 'A login with an old cookie was refused', answer)
      const session = scene.sessionOf(answer)
      scene.holds(
        session.refresh === undefined || session.refresh !== planted,
        'The old token is taken over at login.',
        answer,
      )
      const name = scene.contract.access.jwt?.session
      const [old, own] = [attacker.session.access, session.access].map((one) => decoded(one)?.payload)
      if (name) scene.holds(old?.[name] !== own?.[name], 'The old session is taken over at login.', answer)
      if (scene.contract.endpoints.me) {
        const seen = await scene.me(attacker.session)
        scene.holds(!seen.body.includes(victim.identifier), 'The old token now shows the victim.', seen)
      }
      return 'Login makes a new session.'
    },
  ),

  attack(
    'second-login',
    'Two logins with one password',
    ['ASVS 7.2.4', 'CWE-384', 'CWE-863'],
    async (scene) => {
      const { person, session } = await scene.visitor()
      const second = await scene.signIn(person)
      scene.holds(session.access !== second.access, 'Two logins give the same token.')
      await alive(scene, session, 'After a second login')
      await alive(scene, second, 'After a second login')
      return 'Each has a session of its own.'
    },
  ),
]

/** Upper bound of the bits in a text, by its letters and length. */
function bitsOf(text: string): number {
  const perLetter = /^[0-9a-f-]+$/i.test(text) ? 4 : /^[\w-]+$/.test(text) ? 6 : 6.5
  return Math.floor(text.replaceAll('-', perLetter === 4 ? '' : '-').length * perLetter)
}
