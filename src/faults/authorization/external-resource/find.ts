import type { Fault } from '../../../core/fault.ts'
import type { Draft } from '../../../core/finding.ts'
import { oncePerPlace } from '../../../core/once.ts'
import type { Remote } from '../../../project/flow/events.ts'
import { allDeps, type Value } from '../../../project/flow/value.ts'
import { isGuarded, isVerified } from '../../../project/guards.ts'
import {
  clientInputs,
  factsAfter,
  hasTiedPrefix,
  isByMachine,
  isPrivileged,
  isValueTied,
  type Leaf,
  leaves,
  placeInHandler,
  traceTo,
} from '../../../project/ownership.ts'
import type { Project, Run } from '../../../project/project.ts'

/** What names one thing of another system. */
const NAMES = /(^|[a-z_.])(ids?|slug|key|prefix|name|domain|handle|arn|uid|uuid|reference)$/i

const fault: Fault<Project> = {
  id: 'authorization/external-resource',
  title: 'Resource of another system picked by an id that is not tied to the caller',
  severity: 'error',
  tags: ['security'],
  cwe: [639, 863],
  references: ['https://owasp.org/API-Security/editions/2023/en/0xa1-broken-object-level-authorization/'],

  find: (project) => oncePerPlace(drafts(project)),
}

function* drafts(project: Project): Iterable<Draft> {
  for (const run of project.runs) {
    if (!run.endpoint || run.endpoint.kind === 'middleware') continue
    for (const event of run.events) {
      if (event.k !== 'remote' || !isGuarded(event.facts) || isByMachine(project, event.facts)) continue
      const facts = event.writes ? event.facts : [...event.facts, ...factsAfter(run.events, event)]
      // `client.endpoint.delete(app.id, endpointId)`: the other system is told whose it has to be.
      if (event.args.some((arg) => isOwn(arg))) continue
      const [name] = namesSent(event).filter(
        ({ value }) => !isValueTied(value, facts) && !hasTiedPrefix(value, facts),
      )
      // A new object has the name of a file in its key; only a key that was sent as a whole can be that of another.
      if (name && (!storesObject(event) || name.value.client !== undefined)) yield draft(run, event, name)
    }
  }
}

/** An argument that comes of who is calling alone. */
const isOwn = (arg: Value): boolean =>
  leaves(arg).some(
    ({ value }) => isVerified(allDeps(value)) && value.client === undefined && value.inText === undefined,
  )

/** Inputs of the caller among the arguments that say which thing is meant. */
function namesSent({ args }: Remote): Leaf[] {
  return args.flatMap((arg) =>
    leaves(arg).filter(({ value, path }) => {
      const inputs = clientInputs(allDeps(value))
      return inputs.length > 0 && (NAMES.test(path) || inputs.some((input) => NAMES.test(input)))
    }),
  )
}

/** Puts a file under a key: what stands there is overwritten. */
const storesObject = ({ name }: Remote): boolean => name === 'PutObjectCommand'

function draft(run: Run, call: Remote, { value }: Leaf): Draft {
  const direct = value.client ?? value.inText
  const inputs = clientInputs(allDeps(value))
  // Of a URL with several, the one that says which thing is meant.
  const sent =
    value.client ?? inputs.find((one) => NAMES.test(one)) ?? direct ?? inputs[0] ?? 'a value of the request'
  const verb = call.writes ? 'changes or removes' : 'reads'
  return {
    location: placeInHandler(call),
    subject: `${run.label} → ${call.name}`,
    certainty: isPrivileged(call.facts) || direct === undefined ? 'possible' : 'likely',
    found: `${run.label} calls ${call.name} (${call.from}) with ${sent}, and nothing on the way ties that to the caller.`,
    why: storesObject(call)
      ? 'What stands under that key is overwritten. Whoever is signed in can send the key of a file of another customer.'
      : `The key that ${call.from === 'fetch' ? 'the other system' : call.from} is called with is the application's: it ${verb} whatever it is told to, for every customer. Whoever is signed in can send the id of another one's.`,
    remedy: storesObject(call)
      ? 'Make the key here, of the id of the caller or tenant and a random part (`randomUUID()`), and keep it with its row.'
      : `Keep the id with its owner in the database, look it up there with the caller or tenant in the \`where\`, and call with what was found.`,
    evidence: [traceTo(run, call, `${call.name} with ${sent}`)],
    endpoint: run.label,
  }
}

export default fault
