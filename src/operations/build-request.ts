/** What was asked for: which recipe, with which input. */
import { z } from 'zod'
import { UserError } from '../core/error.ts'
import { nearest } from '../core/nearest.ts'
import type { Context } from '../core/operation.ts'
import type { Decision } from '../core/recipe.ts'
import type { Answered } from '../core/report.ts'
import type { Project } from '../project/project.ts'
import type { AnyRecipe, ListedRecipe, RecipeFacts } from '../recipes/index.ts'
import { matchRecipe } from '../recipes/words.ts'

export interface Request {
  task?: string | undefined
  recipe?: string | undefined
  /** `name=value` */
  set: readonly string[]
}

/** Throws a `UserError` where there is no Next.js, or no Prisma: what is added is written for both. */
export function demandBoth({ map: { packages } }: Project): void {
  const missing = [
    ...(packages.some((one) => one.next) ? [] : ['Next.js']),
    ...(packages.some((one) => one.prisma) ? [] : ['Prisma']),
  ]
  if (missing.length === 0) return
  throw new UserError(
    `What I add is written for Next.js with Prisma, and no package here depends on ${missing.join(' or ')}. Nothing was done.`,
    'Run it on the folder that holds the package.json of your application, or add what is missing first.',
  )
}

/** Throws a `UserError` that says what there is when nothing was named clearly. */
export function chooseRecipe(
  { task, recipe: id }: Request,
  recipes: readonly ListedRecipe[],
): { listed: ListedRecipe; understood: Decision } {
  const all = recipes.map((one) => `  ${one.id}: ${one.summary}`).join('\n')
  const offer = all === '' ? 'There is nothing to add yet.' : `What it can add:\n${all}`
  if (id !== undefined) {
    const listed = recipes.find((one) => one.id === id)
    const named = task === undefined ? undefined : matchRecipe(task, recipes)
    if (listed)
      return { listed, understood: told(listed, becauseOf(named?.recipe === listed ? named.words : [])) }
    const guess = nearest(
      id,
      recipes.map((one) => one.id),
    )
    throw new UserError(`There is no recipe "${id}".`, guess ? `Did you mean "${guess}"?` : offer)
  }
  if (task === undefined || task.trim() === '')
    throw new UserError('It was not said what to build.', `Say it in a sentence. ${offer}`)
  const match = matchRecipe(task, recipes)
  if (!match) throw new UserError(`It is not clear what "${task}" should add.`, offer)
  return { listed: match.recipe, understood: told(match.recipe, becauseOf(match.words)) }
}

const becauseOf = (words: readonly string[]): string =>
  words.length === 0 ? 'It was named.' : `Your words ${words.map((word) => `"${word}"`).join(', ')} name it.`

const told = ({ id, summary }: ListedRecipe, because: string): Decision => ({
  about: 'What is added',
  choice: `${summary} (recipe ${id})`,
  because,
  from: 'request',
})

const properties = z.object({
  properties: z.record(z.string(), z.object({ type: z.string().optional() })).default({}),
})

/**
 * The recipe's input from the words of the request, from what was set and, for what has to be asked, what `ask` answers, or
 * the defaults. `before`: inputs of an earlier run, which hold as long as nothing else was said.
 * Throws a `UserError` for a name or a value that the recipe does not know.
 */
export async function inputOf(
  recipe: AnyRecipe,
  facts: RecipeFacts,
  { set, task }: Request,
  ask?: Context['ask'],
  before: Record<string, unknown> = {},
): Promise<{ input: unknown; questions: Answered[] }> {
  const known = properties.parse(
    z.toJSONSchema(recipe.input, { io: 'input', unrepresentable: 'any' }),
  ).properties
  const said = task === undefined ? {} : recipe.inputsIn?.(facts, task)
  const given: Record<string, unknown> = { ...before, ...said }
  for (const [name, text] of pairsOf(set)) {
    const property = known[name]
    if (!property) throw unknownInput(name, Object.keys(known))
    given[name] = typedAs(text, property.type)
  }
  const answers: Answered[] = []
  for (const question of recipe.questions(facts, given)) {
    const asked = given[question.input]
    if (asked !== undefined) answers.push({ ...question, answer: String(asked), by: 'request' })
    else if (ask) answers.push({ ...question, answer: await ask(question), by: 'user' })
    else answers.push({ ...question, answer: question.default, by: 'default' })
  }
  const taken = answers
    .filter(({ by }) => by !== 'request')
    .map(({ input, answer }) => [input, typedAs(answer, known[input]?.type)])
  const parsed = recipe.input.safeParse({ ...Object.fromEntries(taken), ...given })
  if (parsed.success) return { input: parsed.data, questions: answers }
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') || 'input'
  const choices = answers.find(({ input }) => input === where)?.choices ?? []
  throw new UserError(
    `--set ${where}: ${issue?.message ?? 'not understood'}.`,
    choices.length > 0
      ? `Choose one of ${choices.map(({ value }) => value).join(', ')}.`
      : `Inputs of ${recipe.id}: ${Object.keys(known).join(', ')}.`,
  )
}

function unknownInput(name: string, known: readonly string[]): UserError {
  const guess = nearest(name, known)
  return new UserError(
    `There is no input "${name}".`,
    guess ? `Did you mean "${guess}"?` : `Inputs: ${known.join(', ') || 'none'}.`,
  )
}

/** A list on the command line is split at commas: what has no name belongs to the value before. */
function pairsOf(set: readonly string[]): Map<string, string> {
  const pairs = new Map<string, string>()
  let last: string | undefined
  for (const one of set) {
    const [, name, text] = /^([A-Za-z]\w*)=(.*)$/s.exec(one) ?? []
    if (name !== undefined) {
      pairs.set(name, text ?? '')
      last = name
    } else if (last !== undefined) pairs.set(last, `${pairs.get(last)},${one}`)
    else throw new UserError(`--set ${one} names no input.`, 'Write for example --set name=value.')
  }
  return pairs
}

/** As the schema wants it; what does not look like it stays a text, and the schema says what is wrong. */
function typedAs(text: string, type: string | undefined): unknown {
  if (type === 'boolean' && /^(?:true|false|yes|no)$/.test(text)) return text === 'true' || text === 'yes'
  if ((type === 'number' || type === 'integer') && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text)
  if (type === 'array')
    return text
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
  return text
}
