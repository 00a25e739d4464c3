import type { Fault } from '../../../core/fault.ts'
import { type Unawaited, unawaitedRequestApis } from '../../../project/calls/request-apis.ts'
import type { Project } from '../../../project/project.ts'

const fault: Fault<Project> = {
  id: 'api/unawaited-request-api',
  title: 'Promise of the request used as its value',
  severity: 'warning',
  tags: ['api'],
  cwe: [252],
  references: [
    'https://nextjs.org/docs/messages/sync-dynamic-apis',
    'https://nextjs.org/docs/app/guides/upgrading/version-16',
  ],

  find: (project) =>
    unawaitedRequestApis(project).map((one) => ({
      location: one.location,
      subject: `${one.name} in ${one.location.file}`,
      certainty: 'likely',
      found: `\`${one.name}\` is used without \`await\`.`,
      why: whyOf(one),
      remedy: remedyOf(one),
      evidence: [
        {
          kind: 'trace',
          steps: [{ location: one.location, note: `Next.js ${one.next} gives a promise here` }],
        },
      ],
    })),
}

function whyOf({ name, next }: Unawaited): string {
  const promise = name.endsWith('()') ? 'It' : `\`${name.replace(/^\{ (\w+).*|\..*$/g, '$1')}\``
  return next === 15
    ? `${promise} is a promise since Next.js 15, which still lets it be used as its value, with a warning; with \`cacheComponents\` and in Next.js 16 it does not.`
    : `${promise} is a promise in Next.js ${next}: what is read from it is undefined, what is called on it throws.`
}

function remedyOf({ name }: Unawaited): string {
  if (name.endsWith('()')) return `Write \`(await ${name})\`, in an async function.`
  const [of = name, key] = name.split('.')
  if (key !== undefined) return `Await it first: \`const { ${key} } = await ${of}\`, in an async function.`
  const whole = name.slice(2).split(':')[0] ?? 'params'
  return `Take \`{ ${whole} }\` and await it in the function: \`const { … } = await ${whole}\`.`
}

export default fault
