/** How endpoints answer: bodies, errors, versions, kinds. */
import type { Fact } from '../../core/guidance.ts'
import type { Endpoint } from '../../core/map.ts'
import { plural, withArticle } from '../../core/wording.ts'
import { calledName, callsWhere, type Facts, some } from './about.ts'

/** How errors are made and where they become an answer. */
export const errors: Facts = ({ habits: { answers } }) => {
  const { error, handleError, failure, wrapper, guardedWrapper } = answers
  const told: Fact[] = []
  const place = (at: Fact['at']) => (at ? { at } : {})
  if (error)
    told.push({
      text: `Errors are \`new ${error.value.name}(${error.value.parameters.map(({ name }) => name).join(', ')})\`.`,
      ...place(error.at),
    })
  if (handleError)
    told.push({
      text: `\`${handleError.value.name}\` turns what was thrown into an answer.`,
      ...place(handleError.at),
    })
  for (const one of [wrapper, guardedWrapper])
    if (one)
      told.push({
        text: `Handlers are wrapped in \`${one.value.name}\` of ${one.value.file}.`,
        ...place(one.at),
      })
  if (failure.at) {
    const { key, shape, fields } = failure.value
    const inner = shape === 'object' ? `{ ${fields.join(', ')} }` : 'text'
    told.push({ text: `A failure is \`{ ${key}: ${inner} }\`.`, at: failure.at })
  }
  return told.length > 0
    ? told
    : [{ text: 'No error class and no function that answers for errors was found.' }]
}

/** The body of a success. */
export const envelope: Facts = ({ habits: { answers } }) => {
  const { success, respond } = answers
  if (!success.at) return []
  const body =
    success.value === undefined ? 'The result itself is the body' : `A success is \`{ ${success.value} }\``
  const by = respond ? `, made by \`${respond.value.name}(${respond.value.parameters.join(', ')})\`` : ''
  return [
    {
      text: `${body}${by} (${success.of?.count ?? 0} of ${success.of?.total ?? 0} answers).`,
      at: respond?.at ?? success.at,
    },
  ]
}

export const versions: Facts = ({ project }) => {
  const versioned = project.map.endpoints.filter(({ path }) => /\/v\d+\//.test(`${path}/`))
  if (versioned.length === 0) return [{ text: 'No path carries a version yet.' }]
  const names = [...new Set(versioned.map(({ path }) => /\/v\d+(?=\/)/.exec(`${path}/`)?.[0] ?? ''))]
  return [
    { text: `${plural(versioned.length, 'endpoint')} below ${names.map((one) => `\`${one}\``).join(', ')}.` },
    ...some(
      versioned.map(({ id, location, guard }) => ({ text: `${id}, guard ${guard.level}.`, at: location })),
      'endpoint',
    ),
  ]
}

export const idempotency: Facts = (about) => {
  const { project } = about
  const model = project.dataModels
    .flatMap(({ models }) => models)
    .find(({ name, fields }) => /idempot/i.test(name) || fields.some((one) => /idempot/i.test(one.name)))
  if (model) return [{ text: `${model.name} holds keys of requests.`, at: model.location }]
  const wanted = about.subject.named ? about.subject.entity?.name : undefined
  const makes = (endpoint: Endpoint): boolean =>
    endpoint.queries.some(({ query }) => {
      const call = project.map.queries[query]
      return /^create/.test(call?.operation ?? '') && (wanted === undefined || call?.model === wanted)
    })
  const posts = project.map.endpoints.filter((one) => one.method === 'POST' && makes(one))
  return [
    { text: 'No model and no column holds a key of a request: a retried POST does its work twice.' },
    ...some(
      posts.map(({ id, location }) => ({
        text: `${id} makes ${wanted === undefined ? 'rows' : withArticle(wanted)}.`,
        at: location,
      })),
      'endpoint',
    ),
  ]
}

export const uploads: Facts = (about) => {
  const forms = callsWhere(about, (call) =>
    calledName(call) === 'formData'
      ? 'Reads a form with `formData()`: files pass through this handler.'
      : undefined,
  )
  return some(forms, 'handler')
}

const kinds: Record<string, [string, string]> = {
  route: ['route handler', 'route handlers'],
  action: ['server action', 'server actions'],
  procedure: ['procedure', 'procedures'],
  'api-route': ['handler in pages/api', 'handlers in pages/api'],
  graphql: ['resolver', 'resolvers'],
}

export const surfaces: Facts = ({ habits }) =>
  habits.app.surfaces.map(({ kind, count, at }) => ({
    text: `${plural(count, ...(kinds[kind] ?? [kind, kind]))}.`,
    ...(at && { at }),
  }))

export const logging: Facts = (about) => {
  const { logger } = about.habits
  const console_ = callsWhere(about, ({ callee }) =>
    callee.k === 'member' && callee.of.k === 'name' && callee.of.name === 'console'
      ? `\`console.${callee.key}\` is what logs here.`
      : undefined,
  )
  return [
    ...(logger
      ? [
          {
            text: `\`${logger.value.name}\` (${logger.value.kind}) is the logger.`,
            ...(logger.at && { at: logger.at }),
          },
        ]
      : []),
    ...some(console_, 'call'),
  ]
}
