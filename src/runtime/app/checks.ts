/** What a schema asks of an environment variable, read from its source: zod, t3-env, valibot and envalid. */
import type { Expr, Syntax } from '../../source/syntax.ts'

export interface Check {
  kind: 'string' | 'number' | 'boolean' | 'choice' | 'json'
  format?: 'url' | 'email' | 'uuid' | 'date' | 'host' | 'port' | 'base64' | 'hex' | 'ip'
  /** Of strings the length, of numbers the value. */
  min?: number
  max?: number
  starts?: string
  ends?: string
  includes?: string
  choices?: string[]
  /** May be absent, or has a default. */
  optional: boolean
  /** Something that could not be read also decides: a pattern, a function. */
  opaque: boolean
}

const roots = /^(?:z|zod|v|valibot|t|s|Joi|joi|yup)$/
const envalid = /^(?:str|email|url|port|bool|num|host|json|makeValidator)$/
/** How deep a schema may lead through names. */
const DEPTH = 6

/** Reads the expression beside a variable's name. `undefined` when it is not a schema. */
export function readCheck(expr: Expr, syntax: Syntax, depth = DEPTH): Check | undefined {
  if (depth === 0) return undefined
  if (expr.k === 'name') {
    const binding = syntax.bindings[expr.b]
    return binding?.k === 'const' && binding.init ? readCheck(binding.init, syntax, depth - 1) : undefined
  }
  // A condition on the environment: of the two, the one that asks for more accepts what both do, mostly.
  if (expr.k === 'choose') {
    const yes = readCheck(expr.yes, syntax, depth - 1)
    const no = readCheck(expr.no, syntax, depth - 1)
    return yes?.optional && no ? no : (yes ?? no)
  }
  if (expr.k !== 'call') return undefined
  const { callee, args } = expr
  if (callee.k === 'name') return envalid.test(callee.name) ? envalidCheck(callee.name, args) : undefined
  if (callee.k !== 'member') return undefined
  if (callee.of.k === 'name' && roots.test(callee.of.name)) return created(callee.key, args, syntax, depth)
  if (callee.of.k === 'member' && /^(?:coerce|string|iso)$/.test(callee.of.key))
    return created(callee.key, args, syntax, depth)
  const base = readCheck(callee.of, syntax, depth)
  return base && refined(base, callee.key, args)
}

const plain = (kind: Check['kind'], rest: Partial<Check> = {}): Check => ({
  kind,
  optional: false,
  opaque: false,
  ...rest,
})

function created(name: string, args: Expr[], syntax: Syntax, depth: number): Check | undefined {
  const [first] = args
  const inner = (): Check | undefined => (first ? readCheck(first, syntax, depth - 1) : undefined)
  switch (name) {
    case 'optional':
    case 'nullish':
    case 'nullable':
    case 'exactOptional': {
      const check = inner()
      return check && { ...check, optional: true }
    }
    case 'preprocess':
      return args[1] && readCheck(args[1], syntax, depth - 1)
    case 'union':
    case 'or': {
      const items = first?.k === 'array' ? first.items : args
      return items.map((one) => readCheck(one, syntax, depth - 1)).find((one) => one !== undefined)
    }
    case 'pipe':
      return args.slice(1).reduce<Check | undefined>((check, step) => {
        if (check === undefined || step.k !== 'call' || step.callee.k !== 'member') return check
        return refined(check, step.callee.key, step.args)
      }, inner())
    case 'enum':
    case 'picklist':
    case 'nativeEnum':
      return plain('choice', { choices: textsIn(first) })
    case 'literal': {
      const value = first?.k === 'literal' ? String(first.value) : undefined
      return plain('choice', { choices: value === undefined ? [] : [value] })
    }
    case 'boolean':
    case 'stringbool':
      return plain('boolean')
    case 'number':
    case 'int':
    case 'bigint':
      return plain('number')
    case 'object':
    case 'array':
    case 'record':
      return plain('json')
    case 'any':
    case 'unknown':
      return plain('string', { optional: true })
    default:
      return refined(plain('string'), name, args)
  }
}

const formats: Record<string, Check['format']> = {
  url: 'url',
  httpUrl: 'url',
  uri: 'url',
  email: 'email',
  uuid: 'uuid',
  guid: 'uuid',
  uuidv4: 'uuid',
  date: 'date',
  datetime: 'date',
  isoDateTime: 'date',
  hostname: 'host',
  base64: 'base64',
  base64url: 'base64',
  hex: 'hex',
  hexadecimal: 'hex',
  ip: 'ip',
  ipv4: 'ip',
}

function refined(check: Check, name: string, args: Expr[]): Check {
  const [first] = args
  const number = first?.k === 'literal' && typeof first.value === 'number' ? first.value : undefined
  const text = first?.k === 'literal' && typeof first.value === 'string' ? first.value : undefined
  const format = formats[name]
  if (format !== undefined && check.kind === 'string') return { ...check, format }
  switch (name) {
    case 'optional':
    case 'nullish':
    case 'nullable':
    case 'default':
    case 'catch':
    case 'prefault':
      return { ...check, optional: true }
    case 'min':
    case 'minLength':
    case 'gte':
      return number === undefined ? check : { ...check, min: Math.max(check.min ?? 0, number) }
    case 'gt':
      return number === undefined ? check : { ...check, min: number + 1 }
    case 'nonempty':
    case 'nonEmpty':
    case 'positive':
      return { ...check, min: Math.max(check.min ?? 0, 1) }
    case 'max':
    case 'maxLength':
    case 'lte':
      return number === undefined ? check : { ...check, max: number }
    case 'lt':
      return number === undefined ? check : { ...check, max: number - 1 }
    case 'length':
      return number === undefined ? check : { ...check, min: number, max: number }
    case 'startsWith':
      return text === undefined ? check : { ...check, starts: text }
    case 'endsWith':
      return text === undefined ? check : { ...check, ends: text }
    case 'includes':
      return text === undefined ? check : { ...check, includes: text }
    case 'valid':
      return { ...check, kind: 'choice', choices: args.flatMap((one) => textsIn(one)) }
    case 'transform':
      return check
    case 'regex':
    case 'refine':
    case 'superRefine':
    case 'check':
    case 'pipe':
      return { ...check, opaque: true }
    default:
      return check
  }
}

function envalidCheck(name: string, [options]: Expr[]): Check {
  const props = options?.k === 'object' ? options.props : []
  const choices = props.find((prop) => prop.key === 'choices')
  const optional = props.some((prop) => prop.key === 'default' || prop.key === 'devDefault')
  if (choices) return plain('choice', { choices: textsIn(choices.value), optional })
  if (name === 'bool') return plain('boolean', { optional })
  if (name === 'num') return plain('number', { optional })
  if (name === 'json') return plain('json', { optional })
  const format = name === 'port' || name === 'host' ? name : formats[name]
  return plain('string', { optional, ...(format === undefined ? {} : { format }) })
}

/** Strings of an array, or the values of an object. */
function textsIn(expr: Expr | undefined): string[] {
  if (expr?.k === 'literal' && typeof expr.value === 'string') return [expr.value]
  if (expr?.k === 'array') return expr.items.flatMap((one) => textsIn(one))
  if (expr?.k === 'object') return expr.props.flatMap((one) => textsIn(one.value))
  return []
}
