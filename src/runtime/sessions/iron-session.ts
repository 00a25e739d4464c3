/** Sessions of iron-session: the data itself, sealed into a cookie. */
import type { Project } from '../../project/project.ts'
import type { Expr, Syntax } from '../../source/syntax.ts'
import { walk } from '../../source/walk.ts'
import { Filler, type Form } from './claims.ts'
import { cookie, type Missing, type Question, type Way } from './minter.ts'
import { fieldsOf, importOf, type Place, settle } from './reading.ts'
import { secretOf, textOf } from './secret.ts'
import { filesWith, shapeOf } from './shape.ts'
import { ironSeal } from './tokens.ts'

interface Options {
  name: string
  /** Number of the password, which the seal names. */
  number: string
  password: Buffer | undefined
  /** What the password was to come from. */
  from: string
}

/** Ways to make a session; nothing when the project does not use the library. */
export function ironSessions({ project, running }: Question): Way[] | Missing | undefined {
  const found = filesWith(project, /iron-session/).flatMap((syntax) =>
    optionsIn(project, syntax, running.env),
  )
  const distinct = found.filter((one, i) => found.findIndex((two) => two.name === one.name) === i)
  if (distinct.length === 0) return undefined
  const shape = dataOf(project)
  const ways = distinct.flatMap(({ name, number, password, from }): Way[] =>
    password ? [wayOf(project, { name, number, password, from }, shape)] : [],
  )
  if (ways.length > 0) return ways
  return {
    missing: `The password of iron-session is not set: ${distinct.map(({ from }) => from).join(', ')}.`,
  }
}

function wayOf(
  project: Project,
  { name, number, password, from }: Options & { password: Buffer },
  shape: ReadonlyMap<string, Form>,
): Way {
  const guessed: string[] = []
  return {
    library: 'iron-session',
    how: `cookie ${name}, sealed with ${from}`,
    guessed,
    stored: false,
    async mint(user) {
      const filler = new Filler(project, user)
      const data = Object.fromEntries([...shape].map(([key, form]) => [key, filler.fill(key, form)]))
      guessed.splice(0, guessed.length, ...filler.guessed)
      return cookie(name, ironSeal(password, data, number))
    },
  }
}

const isIron = (project: Project, place: Place): boolean =>
  place.expr.k === 'call' &&
  importOf(project.program, { ...place, expr: place.expr.callee })?.from.startsWith('iron-session') === true

/** The options of every call into the library in a file. */
function optionsIn(project: Project, syntax: Syntax, env: Readonly<Record<string, string>>): Options[] {
  const found: Options[] = []
  walk(syntax, (expr) => {
    if (expr.k !== 'call' || !isIron(project, { syntax, expr })) return
    for (const arg of expr.args) {
      const fields = fieldsOf(project.program, { syntax, expr: arg })
      const name = textOf(project.program, fields.get('cookieName'), env)
      const said = fields.get('password')
      if (name !== undefined && said) found.push({ name, ...passwordOf(project, said, env) })
    }
  })
  return found
}

/** Of several passwords the one with the highest number is in use. */
function passwordOf(
  project: Project,
  said: Place,
  env: Readonly<Record<string, string>>,
): Omit<Options, 'name'> {
  const several = [...fieldsOf(project.program, said)].sort(([a], [b]) => Number(b) - Number(a))
  const [number, place] = several[0] ?? ['1', said]
  const secret = secretOf(project.program, place)
  return { number, password: secret?.read(env), from: secret?.from ?? 'a password that could not be read' }
}

/** What the code keeps in the session: every variable that holds one, by whatever helper it came. */
function dataOf(project: Project): Map<string, Form> {
  const files = filesWith(project, /session/i)
  const names = new Set(['session'])
  for (const syntax of files)
    for (const binding of syntax.bindings)
      if (
        binding.k === 'const' &&
        binding.init &&
        binding.to.k === 'bind' &&
        holds(project, syntax, binding.init)
      )
        names.add(binding.name)
  const shape = shapeOf(project, files, new RegExp(`^(${[...names].map(escaped).join('|')})$`))
  return shape.size > 0 ? shape : new Map([['userId', { k: 'called', words: ['user', 'id'] }]])
}

const escaped = (name: string): string => name.replaceAll('$', '\\$')

function holds(project: Project, syntax: Syntax, init: Expr): boolean {
  const call = init.k === 'await' ? init.of : init
  if (call.k !== 'call') return false
  return (
    isIron(project, { syntax, expr: call }) ||
    isIron(project, settle(project.program, { syntax, expr: call }))
  )
}
