/** What happens beside requests: jobs, webhooks, tests, monitoring, hosting. */
import type { Fact } from '../../core/guidance.ts'
import { plural } from '../../core/wording.ts'
import {
  type About,
  calledName,
  callsWhere,
  type Facts,
  filesLike,
  packageOf,
  some,
  startOf,
} from './about.ts'

const installed = (about: About, ...names: string[]): Fact[] => {
  const found = names.filter((name) => about.habits.packages.asked[name] !== undefined)
  return found.length > 0
    ? [
        {
          text: `${found.join(', ')} ${found.length > 1 ? 'are' : 'is'} installed.`,
          at: startOf(about.habits.packages.manifest),
        },
      ]
    : []
}

export const jobs: Facts = (about) => {
  const queue = installed(
    about,
    'pg-boss',
    'bullmq',
    'graphile-worker',
    'inngest',
    '@trigger.dev/sdk',
    'node-cron',
    'bree',
    'agenda',
  )
  const after = callsWhere(about, (call) =>
    calledName(call) === 'after' && call.callee.k === 'name'
      ? '`after()` runs work behind the answer: it is lost when the process ends.'
      : undefined,
  )
  const mail = callsWhere(about, (call) =>
    /^(sendMail|sendEmail)$/.test(calledName(call) ?? '')
      ? `\`${calledName(call)}\` is called while the caller waits.`
      : undefined,
  )
  const cron = filesLike(about, /(^|\/)vercel\.json$/).filter((file) =>
    /"crons"/.test(about.project.sourceText(file) ?? ''),
  )
  return [
    ...queue,
    ...cron.map((file) => ({ text: 'Cron jobs are listed here.', at: startOf(file) })),
    ...some([...after, ...mail], 'place'),
    ...(queue.length + after.length + cron.length === 0
      ? [{ text: 'No queue, no cron and no `after()`: all work is done while the caller waits.' }]
      : []),
  ]
}

export const webhooks: Facts = ({ project }) => {
  const signed = project.map.endpoints.filter(({ guard }) => guard.level === 'signature')
  const open = project.map.endpoints.filter(
    ({ path, guard, kind }) =>
      /webhook|hooks?\//i.test(path) && /^(?:route|pages-api|hono)$/.test(kind) && guard.level === 'none',
  )
  const model = project.dataModels
    .flatMap(({ models }) => models)
    .find(({ name }) => /webhook|event/i.test(name) && !/audit/i.test(name))
  return [
    ...signed.map(({ id, location }) => ({ text: `${id} asks for a signature.`, at: location })),
    ...open.map(({ id, location }) => ({ text: `${id}: no check of a signature was found.`, at: location })),
    ...(model ? [{ text: `${model.name} remembers events.`, at: model.location }] : []),
    ...(signed.length + open.length === 0 ? [{ text: 'No endpoint takes webhooks yet.' }] : []),
  ]
}

/** Events are looked up before the work and written down after it: two deliveries at once both find nothing. */
export const deliveries: Facts = ({ project }) =>
  project.runs.flatMap(({ label, endpoint, events }) => {
    if (endpoint?.guard.level !== 'signature') return []
    const calls = events.filter((event) => event.k === 'access')
    const looked = calls.find(
      ({ operation, model }) => operation === 'findUnique' && /webhook|event/i.test(model),
    )
    const made =
      looked && calls.findLast(({ operation, model }) => operation === 'create' && model === looked.model)
    if (!looked || !made || made.transaction) return []
    return [
      {
        text: `${label} looks for the ${looked.model} first and writes it last, without a transaction: two deliveries at the same time both do the work.`,
        at: made.location,
      },
    ]
  })

export const graphql: Facts = (about) => {
  const resolvers = about.project.map.endpoints.filter(({ kind }) => kind === 'resolver').length
  const packages = installed(
    about,
    'graphql-yoga',
    '@apollo/server',
    '@pothos/core',
    'graphql',
    'dataloader',
    'type-graphql',
  )
  return [
    ...packages,
    ...(resolvers > 0 ? [{ text: `${plural(resolvers, 'resolver')}.` }] : []),
    ...(packages.length + resolvers === 0 ? [{ text: 'There is no GraphQL here.' }] : []),
  ]
}

export const monitoring: Facts = (about) => {
  const files = filesLike(about, /(^|\/)instrumentation\.(ts|js|mts)$/)
  return [
    ...installed(
      about,
      '@vercel/otel',
      '@opentelemetry/sdk-node',
      '@prisma/instrumentation',
      '@sentry/nextjs',
      'dd-trace',
      'prom-client',
    ),
    ...files.map((file) => ({ text: 'What runs when the server starts.', at: startOf(file) })),
    ...(files.length === 0
      ? [{ text: 'There is no `instrumentation.ts`: errors and traces go nowhere but to the output.' }]
      : []),
  ]
}

export const health: Facts = ({ project }) => {
  const found = project.map.endpoints.filter(({ path }) =>
    /\/(health|healthz|ready|readyz|live|livez|status|ping)$/i.test(path),
  )
  if (found.length === 0) return [{ text: 'No endpoint says whether the application is well.' }]
  return found.map(({ id, location, queries }) => ({
    text: `${id} ${queries.length > 0 ? 'asks the database' : 'does not ask the database'}.`,
    at: location,
  }))
}

export const tests: Facts = (about) => {
  const { runner, at, database, placement, ending } = about.habits.tests
  const count = filesLike(about, /\.(test|spec)\.[cm]?[jt]sx?$/).length
  const endpoints = about.project.map.endpoints.filter(
    ({ kind }) => kind !== 'middleware' && kind !== 'page',
  ).length
  if (runner === undefined || count === 0)
    return [{ text: `There are no tests yet, and ${plural(endpoints, 'endpoint')}.` }]
  return [
    {
      text: `${runner}, ${plural(count, 'file')} named \`*${ending}\` (${placement}), ${database ? 'on a real database' : 'without a database'}, for ${plural(endpoints, 'endpoint')}.`,
      ...(at && { at }),
    },
  ]
}

export const hosting: Facts = (about) => {
  const vercel = filesLike(about, /(^|\/)vercel\.json$/)
  const docker = filesLike(about, /(^|\/)Dockerfile[^/]*$/)
  const library = packageOf(about, '@vercel/functions', '@neondatabase/serverless', '@prisma/adapter-neon')
  return [
    ...vercel.map((file) => ({ text: 'It is set up for Vercel.', at: startOf(file) })),
    ...docker.map((file) => ({ text: 'It is built as a container.', at: startOf(file) })),
    ...(library ? [{ text: `${library} is installed.` }] : []),
    ...(vercel.length + docker.length === 0
      ? [{ text: 'Nothing in the repository says where it runs.' }]
      : []),
  ]
}
