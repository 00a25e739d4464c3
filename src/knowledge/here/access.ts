/** Who may do what: sessions, guards, roles, keys, tenants. */
import type { Fact } from '../../core/guidance.ts'
import { plural } from '../../core/wording.ts'
import type { Expr } from '../../source/syntax.ts'
import { type About, calledName, callsWhere, type Facts, packageOf, some } from './about.ts'

/** How an endpoint learns who is calling, and the endpoints that do not ask. */
export const guards: Facts = ({ project, habits }) => {
  const { accessor, packageAccessor } = habits.authentication
  const { guardedWrapper } = habits.answers
  const told: Fact[] = []
  if (accessor)
    told.push({
      text: `\`${accessor.value.name}\` says who is signed in.`,
      ...(accessor.at && { at: accessor.at }),
    })
  else if (packageAccessor)
    told.push({
      text: `\`${packageAccessor.value.name}\` of ${packageAccessor.value.package} says who is signed in.`,
      ...(packageAccessor.at && { at: packageAccessor.at }),
    })
  if (guardedWrapper)
    told.push({
      text: `\`${guardedWrapper.value.name}\` of ${guardedWrapper.value.file} wraps handlers and asks who is calling (${guardedWrapper.of?.count ?? 0} of ${guardedWrapper.of?.total ?? 0}).`,
      ...(guardedWrapper.at && { at: guardedWrapper.at }),
    })
  const open = project.map.endpoints.filter(
    ({ kind, guard }) => kind !== 'middleware' && kind !== 'page' && guard.level === 'none',
  )
  if (open.length > 0)
    told.push({
      text: `${plural(open.length, 'endpoint')} ask for nothing: ${open
        .slice(0, 5)
        .map(({ id }) => id.replace(/ \(.*\)$/, ''))
        .join(', ')}${open.length > 5 ? ', …' : ''}.`,
    })
  return told
}

export const proxy: Facts = ({ project }) =>
  project.map.endpoints.flatMap(({ kind, id, location }) => {
    if (kind !== 'middleware') return []
    const only = project.map.endpoints.filter(
      ({ guard }) => guard.level === 'none' && guard.proxy === location.file,
    ).length
    return [
      {
        text: `${id} asks first${only > 0 ? `; ${plural(only, 'endpoint')} rely on it alone` : '; no endpoint relies on it alone'}.`,
        at: location,
      },
    ]
  })

/** Libraries, and how long what they hand out holds. */
export const sessions: Facts = (about) => {
  const { libraries, accessor } = about.habits.authentication
  const life = callsWhere(about, (call) =>
    calledName(call) === 'setExpirationTime' || calledName(call) === 'sign' ? lifetime(call) : undefined,
  )
  return [
    ...libraries.map(({ value, at }) => ({ text: `${value} is installed.`, ...(at && { at }) })),
    ...(accessor
      ? [{ text: `\`${accessor.value.name}\` reads the session.`, ...(accessor.at && { at: accessor.at }) }]
      : []),
    ...some(life, 'token'),
    ...some(cookies(about), 'cookie'),
  ]
}

function lifetime(call: Expr & { k: 'call' }): string | undefined {
  if (calledName(call) === 'setExpirationTime') return 'The life of a token is set here.'
  const options = call.args.at(-1)
  const expires = options?.k === 'object' && options.props.some(({ key }) => key === 'expiresIn')
  return expires ? 'The life of a token is set here.' : undefined
}

/** `jar.set(name, value, { … })` with what protects a session missing. */
function cookies(about: About): Fact[] {
  return callsWhere(about, (call) => {
    const options = call.args[2]
    if (calledName(call) !== 'set' || options?.k !== 'object') return undefined
    const keys = options.props.map(({ key }) => key)
    if (!keys.some((key) => key === 'httpOnly' || key === 'maxAge' || key === 'path')) return undefined
    const missing = ['httpOnly', 'secure', 'sameSite'].filter((key) => !keys.includes(key))
    return missing.length > 0
      ? `A cookie is set without ${missing.map((key) => `\`${key}\``).join(', ')}.`
      : 'A cookie is set with `httpOnly`, `secure` and `sameSite`.'
  })
}

export const passwords: Facts = ({ habits: { user } }) =>
  user?.hashing
    ? [
        {
          text: `Passwords of ${user.model.name} are hashed with ${user.hashing.value}.`,
          ...(user.hashing.at && { at: user.hashing.at }),
        },
      ]
    : []

/** Where a role is kept, and how many endpoints ask for one. */
export const roles: Facts = ({ project }) => {
  const fields = project.dataModels.flatMap(({ models, enums }) =>
    models.flatMap((model) =>
      model.fields
        .filter(({ name, relation }) => /role|permission/i.test(name) && !relation)
        .map((field) => {
          const values = enums.find(({ name }) => name === field.type)?.values.map(({ name }) => name)
          return {
            text: `\`${model.name}.${field.name}\` is ${values ? `the enum ${field.type} (${values.join(', ')})` : `a ${field.type}, so every text is a role`}.`,
            at: field.location,
          }
        }),
    ),
  )
  const asking = project.map.endpoints.filter(({ guard }) => guard.level === 'permission').length
  return [
    ...fields,
    {
      text: `${asking} of ${plural(project.map.endpoints.length, 'endpoint')} ask for a membership or a role.`,
    },
  ]
}

/** Whose rows a model has. */
export const tenancy: Facts = (about) => {
  const { project, subject } = about
  return project.dataModels.flatMap(({ models, tenant, user }) => {
    const owner = tenant ?? user
    if (owner === undefined) return [{ text: 'No model stands for a tenant or a user.' }]
    if (subject.named && subject.entity && models.includes(subject.entity)) {
      const { name, location, tenantPath, userPath } = subject.entity
      const way = tenantPath ?? userPath
      return [
        {
          text:
            way && way.length > 0
              ? `${name} belongs to ${owner} through \`${way.join('.')}\`.`
              : `${name} belongs to no ${owner}.`,
          at: location,
        },
      ]
    }
    const own = models.filter(({ tenantPath, userPath }) => (tenantPath ?? userPath)?.length === 1).length
    return [{ text: `${own} of ${models.length} models have a key of ${owner} or of the user themselves.` }]
  })
}

/** Models that hold keys of machines. */
export const keys: Facts = ({ project }) =>
  project.dataModels.flatMap(({ models }) =>
    models.flatMap(({ name, fields, location }) => {
      if (!/api_?key|access_?token|personal_?token/i.test(name)) return []
      const hash = fields.find((field) => /hash|digest/i.test(field.name))
      const plain = fields.find((field) => /^(key|token|secret|value)$/i.test(field.name))
      if (hash)
        return [
          {
            text: `\`${name}.${hash.name}\` holds a hash of the key${hash.unique ? ' and is unique' : ''}.`,
            at: hash.location,
          },
        ]
      return plain
        ? [
            {
              text: `\`${name}.${plain.name}\` holds the key as it is: whoever reads the table has every key.`,
              at: plain.location,
            },
          ]
        : [{ text: `${name} is there.`, at: location }]
    }),
  )

/** Answers with 429, and what else limits. */
export const limits: Facts = (about) => {
  const { project } = about
  const limiting = project.runs.filter(({ events }) =>
    events.some((event) => event.k === 'response' && event.status === 429),
  )
  const library = packageOf(
    about,
    '@upstash/ratelimit',
    'rate-limiter-flexible',
    'express-rate-limit',
    'limiter',
  )
  const signIn = project.map.endpoints.filter(
    ({ path, kind }) =>
      kind !== 'page' &&
      kind !== 'middleware' &&
      /log-?in|sign-?in|register|sign-?up|password|otp|token$/i.test(path),
  )
  const open = signIn.filter(({ id }) => !limiting.some((run) => run.endpoint?.id === id))
  return [
    ...(library ? [{ text: `${library} is installed.` }] : []),
    ...some(
      limiting.map(({ label, endpoint }) => ({
        text: `${label} answers 429 to too many.`,
        ...(endpoint && { at: endpoint.location }),
      })),
      'endpoint',
    ),
    ...(limiting.length === 0 && !library
      ? [
          {
            text: 'Nothing in the code limits how often somebody may call: no answer with 429, no library for it.',
          },
        ]
      : []),
    ...some(
      open.map(({ id, location }) => ({ text: `${id}: no limit was found on the way.`, at: location })),
      'endpoint',
    ),
  ]
}
