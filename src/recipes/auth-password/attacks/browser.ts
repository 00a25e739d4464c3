/** What another site can do with the browser of somebody who is logged in. */
import type { HttpAnswer } from '../../../runtime/requests/send.ts'
import { attack } from './attack.ts'
import { cookieIn, NotApplicable, type Scene, type Session } from './scene.ts'
import type { Attack } from './target.ts'

const EVIL = 'https://attacker.example'

function cookieName(scene: Scene): string {
  for (const place of [scene.contract.refresh?.given, scene.contract.access.given])
    if (place?.in === 'cookie') return place.name
  throw new NotApplicable('No token is kept in a cookie.')
}

/** What browsers say of a request that another site made. */
const FOREIGN = (origin: string): [Record<string, string>, string][] => [
  [{ origin: EVIL, 'sec-fetch-site': 'cross-site' }, 'another site'],
  [{ origin: EVIL }, 'another site, by an old browser'],
  [{ origin: 'null' }, 'a sandboxed frame'],
  [{ origin: `${origin}.attacker.example` }, 'a site whose name begins like ours'],
  [{ origin: origin.replace('http:', 'https:').replace(/:\d+$/, ':1') }, 'another port'],
  [{ origin: '', 'sec-fetch-site': 'cross-site' }, 'another site that hides its name'],
]

/** With the cookies that the browser would add, and nothing else. */
const asBrowser = (scene: Scene, session: Session): Record<string, string> => {
  const pairs = [
    [scene.contract.refresh?.sent, session.refresh],
    [scene.contract.access.sent, session.access],
  ] as const
  const cookies = pairs.flatMap(([place, token]) =>
    place?.in === 'cookie' && token !== undefined ? [`${place.name}=${token}`] : [],
  )
  return { cookie: cookies.join('; ') }
}

/** Answers that carry tokens or personal data. */
async function privateAnswers(scene: Scene): Promise<[string, HttpAnswer][]> {
  const { endpoints } = scene.contract
  const person = endpoints.register ? scene.newPerson() : await scene.person()
  const answers: [string, HttpAnswer][] = []
  if (endpoints.register) answers.push(['register', await scene.register(person)])
  const login = await scene.login(person)
  scene.control(scene.succeeded('login', login), 'A login with the right password was refused', login)
  answers.push(['login', login])
  const session = scene.sessionOf(login)
  if (endpoints.me) answers.push(['me', await scene.me(session)])
  if (endpoints.refresh && session.refresh !== undefined)
    answers.push(['refresh', await scene.refresh(session)])
  answers.push(['a failed login', await scene.login({ ...person, password: scene.newPerson().password })])
  return answers
}

export const browserAttacks: Attack[] = [
  attack(
    'cookie-flags',
    'How the cookie is kept',
    ['ASVS 3.3.1', 'ASVS 3.3.2', 'ASVS 3.3.4', 'CWE-1004', 'CWE-614', 'CWE-1275'],
    async (scene) => {
      const name = cookieName(scene)
      const { session, answer } = await scene.visitor()
      const answers = [answer]
      if (scene.contract.endpoints.refresh) answers.push(await scene.refresh(session))
      for (const one of answers) {
        const line = cookieIn(one, name)?.line
        if (!scene.holds(line !== undefined, `The answer does not set ${name}.`, one) || line === undefined)
          continue
        for (const flag of ['HttpOnly', 'Secure'])
          scene.holds(
            new RegExp(`;\\s*${flag}\\b`, 'i').test(line),
            `The cookie is set without ${flag}.`,
            one,
          )
        scene.holds(
          /;\s*SameSite=(Strict|Lax)\b/i.test(line),
          'The cookie is set without SameSite=Lax or Strict.',
          one,
        )
        scene.holds(!/;\s*Domain=/i.test(line), 'The cookie is set for the whole domain.', one)
        scene.holds(
          /;\s*(Max-Age|Expires)=/i.test(line) || !scene.contract.tables.idle,
          'The cookie has no end.',
          one,
        )
        if (name.startsWith('__Host-'))
          scene.holds(
            /;\s*Path=\/(;|$)/i.test(line),
            'A cookie called __Host- needs Path=/: browsers drop it.',
            one,
          )
        else
          scene.holds(
            /^__Secure-/.test(name) || /;\s*Path=\/\S/i.test(line),
            'The cookie is neither called __Host- nor bound to a path.',
            one,
          )
      }
      return 'HttpOnly, Secure, SameSite, for this host alone.'
    },
  ),

  attack('cookie-removed', 'The cookie after logout', ['ASVS 7.4.1', 'CWE-613'], async (scene) => {
    scene.endpoint('logout')
    const name = cookieName(scene)
    const { session } = await scene.visitor()
    const answer = await scene.logout(session)
    const line = (answer.headers['set-cookie'] ?? '').split('\n').find((one) => one.startsWith(`${name}=`))
    scene.holds(
      line !== undefined && /Max-Age=0|Expires=Thu, 01 Jan 1970/i.test(line),
      'Logout leaves the cookie in the browser.',
      answer,
    )
    if (line !== undefined && name.startsWith('__Host-'))
      scene.holds(
        /;\s*Secure/i.test(line) && /;\s*Path=\/(;|$)/i.test(line),
        'Browsers refuse to remove the cookie: it needs Secure and Path=/.',
        answer,
      )
    return 'It is removed.'
  }),

  attack(
    'cross-site-refresh',
    'Another site uses the cookie to refresh',
    ['ASVS 3.5.1', 'CWE-352'],
    async (scene) => {
      scene.endpoint('refresh')
      if (scene.contract.refresh?.sent.in !== 'cookie')
        throw new NotApplicable('The refresh token is not in a cookie.')
      const { session } = await scene.visitor()
      const cookie = asBrowser(scene, session)
      for (const [headers, who] of FOREIGN(scene.target.origin)) {
        const answer = await scene.call('refresh', undefined, { as: who, headers: { ...cookie, ...headers } })
        scene.holds(
          scene.refused(answer, 'crossSite'),
          `Refresh took a request of ${who} (${answer.status}).`,
          answer,
        )
      }
      const own = await scene.call('refresh', undefined, {
        role: 'near-miss',
        headers: { ...cookie, origin: scene.target.origin, 'sec-fetch-site': 'same-origin' },
      })
      scene.holds(
        scene.succeeded('refresh', own),
        `A refresh of our own page was answered ${own.status}.`,
        own,
      )
      return 'It is refused, and uses nothing up.'
    },
  ),

  attack('cross-site-logout', 'Another site logs somebody out', ['ASVS 3.5.1', 'CWE-352'], async (scene) => {
    scene.endpoint('logout')
    const name = cookieName(scene)
    const { session } = await scene.visitor()
    for (const [headers, who] of FOREIGN(scene.target.origin)) {
      const answer = await scene.call('logout', undefined, {
        as: who,
        headers: { ...asBrowser(scene, session), ...headers },
      })
      scene.holds(
        scene.refused(answer, 'crossSite', 'credentials'),
        `Logout took a request of ${who} (${answer.status}).`,
        answer,
      )
      scene.holds(
        !(answer.headers['set-cookie'] ?? '').includes(`${name}=;`),
        `Logout removed the cookie for ${who}.`,
        answer,
      )
    }
    if (scene.contract.endpoints.me) {
      const answer = await scene.me(session)
      scene.holds(scene.succeeded('me', answer), 'Another site ended the session.', answer)
    }
    return 'It is refused, and ends nothing.'
  }),

  attack('cross-site-login', 'Another site logs somebody in', ['ASVS 3.5.1', 'CWE-352'], async (scene) => {
    cookieName(scene)
    const person = await scene.person()
    for (const [headers, who] of FOREIGN(scene.target.origin)) {
      await scene.calm()
      const answer = await scene.login(person, { as: who, headers })
      scene.holds(
        scene.refused(answer, 'crossSite'),
        `Login took a request of ${who} (${answer.status}): the browser now acts for the attacker.`,
        answer,
      )
    }
    const own = await scene.login(person, { headers: { 'sec-fetch-site': 'same-origin' } })
    scene.holds(scene.letIn(own), `A login of our own page was answered ${own.status}.`, own)
    const program = await scene.login(person, { headers: { origin: '' } })
    scene.holds(scene.letIn(program), `A login by no browser was answered ${program.status}.`, program)
    return 'It is refused; our page and programs are let in.'
  }),

  attack('cors', 'Another site reads the answers', ['ASVS 3.4.2', 'CWE-942'], async (scene) => {
    const { session } = await scene.visitor()
    for (const origin of [EVIL, 'null', `${scene.target.origin}.attacker.example`]) {
      for (const { method, path } of Object.values(scene.contract.endpoints)) {
        const preflight = {
          origin,
          'access-control-request-method': method,
          'access-control-request-headers': 'content-type,authorization',
        }
        const asked = await scene.send({ method: 'OPTIONS', path, headers: preflight })
        open(scene, asked, origin, path)
      }
      if (scene.contract.endpoints.me)
        open(scene, await scene.me(session, { headers: { origin } }), origin, 'me')
    }
    return 'No answer allows another site to read it.'
  }),

  attack(
    'cached-tokens',
    'Answers with tokens in caches',
    ['ASVS 14.2.2', 'ASVS 14.3.2', 'CWE-525'],
    async (scene) => {
      for (const [name, answer] of await privateAnswers(scene)) {
        const value = answer.headers['cache-control'] ?? ''
        scene.holds(
          /\bno-store\b/i.test(value),
          `The answer of ${name} may be kept: Cache-Control is \`${value}\`.`,
          answer,
        )
      }
      return 'None may be kept.'
    },
  ),

  attack(
    'answer-type',
    'Answers that a browser could take for a page',
    ['ASVS 4.1.1', 'CWE-79'],
    async (scene) => {
      const person = await scene.person()
      const markup = '<script>alert(1)</script>'
      for (const answer of [
        await scene.login(person),
        await scene.login({ ...person, identifier: `${markup}@example.com` }),
        ...(scene.contract.endpoints.register
          ? [await scene.register({ ...scene.newPerson(), identifier: markup })]
          : []),
      ]) {
        const type = answer.headers['content-type'] ?? ''
        const known = scene.contract.mediaTypes?.some((one) => type.startsWith(one))
        scene.holds(
          answer.body === '' || known || /^application\/(problem\+)?json\b/i.test(type),
          `An answer is of type \`${type}\`.`,
          answer,
        )
      }
      return 'All are JSON.'
    },
  ),
]

function open(scene: Scene, answer: HttpAnswer, origin: string, path: string): void {
  const allowed = answer.headers['access-control-allow-origin']
  const credentials = answer.headers['access-control-allow-credentials'] === 'true'
  scene.holds(allowed !== origin, `${path} allows ${origin} to read its answer.`, answer)
  scene.holds(!(allowed === '*' && credentials), `${path} allows everybody to read its answer.`, answer)
}
