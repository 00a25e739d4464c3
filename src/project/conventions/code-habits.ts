/** Habits that the code shows: who reads the session, who answers with an error, how a response is wrapped. */
import type { Convention } from '../../core/map.ts'
import { placeOf } from '../../source/syntax.ts'
import { accessorsOf } from './accessors.ts'
import { answersOf, envelopesOf, errorHelpersOf } from './answers.ts'
import { codeOf } from './exported.ts'
import type { Sources } from './sources.ts'

/** What is shown of one topic. */
const shown = 3

export function* codeHabits(sources: Sources): Generator<Convention> {
  const own = codeOf(sources)
  const accessors = accessorsOf(own, sources.handlers).map(({ kind, count, label, location }) => ({
    count,
    value: `${label} (${kind === 'call' ? `called in ${count} files` : `imported ${times(count)}`})`,
    location,
  }))
  yield* foremost('session accessor', accessors)
  const answers = answersOf(own)
  const helpers = errorHelpersOf(own, answers, sources.handlers).map(({ name, fn, syntax, at, count }) => ({
    count,
    value: `${name === 'default' ? fn.name : name} from ${syntax.file} (imported ${times(count)})`,
    location: placeOf(syntax, at),
  }))
  yield* foremost('error helper', helpers)
  for (const { outcome, keys, count, total, location } of envelopesOf(own, answers))
    yield { topic: 'response envelope', value: `${keys} on ${outcome} (${count} of ${total})`, location }
}

type Row = Required<Pick<Convention, 'value' | 'location'>> & { count: number }

/** The most used ones, sorted; what is hardly used beside them is no convention. */
function* foremost(topic: string, rows: Row[]): Generator<Convention> {
  const [first] = rows
  for (const { count, value, location } of rows.slice(0, shown))
    if (count * 20 >= (first?.count ?? 0)) yield { topic, value, location }
}

const times = (count: number): string => (count === 1 ? 'once' : `${count} times`)
