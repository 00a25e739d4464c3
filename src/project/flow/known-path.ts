/** What tests of a request's path come to, where the endpoint that it goes to is known: `/api/links/[id]`. */
import { pathToRegexp } from 'path-to-regexp'
import picomatch from 'picomatch'
import { textsOf, type Value } from './value.ts'

const NESTED_REPEAT = /[+*}]\)[+*{]/

/** The path that the request was sent to, as `nextUrl.pathname` and `new URL(url).pathname` give it. */
export const isRequestPath = ({ client }: Value): boolean => client === 'path' || client === 'url.pathname'

/** A path that an ordinary request for an endpoint has: `/api/links/x`. */
export const ordinaryPath = (path: string): string => path.replace(/\[\[?(\.{3})?[^\]/]+\]?\]/g, 'x')

/** Could a request for `/api/links` reach `/api/[kind]`? Of a part in brackets, any text. */
function matchesPath(path: string, text: string): boolean {
  const parts = path.split('/')
  const given = text.split('/')
  const rest = parts.findIndex((part) => /^\[+\.\.\./.test(part))
  if (rest < 0 && parts.length !== given.length) return false
  return parts
    .slice(0, rest < 0 ? undefined : rest)
    .every((part, i) => part.startsWith('[') || part === given[i])
}

/** Whether the path is this text; not known where it depends on what stands in brackets. */
export function isPathOf(path: string, text: string): boolean | undefined {
  const could = matchesPath(path, text)
  return could && path.includes('[') ? undefined : could
}

/**
 * The outcome of a call that asks for the path (`pathname.startsWith('/app')`, `/^\/app/.test(pathname)`,
 * `OPEN.includes(pathname)`); nothing where the call asks for something else, or the texts are not known.
 */
export function pathAsked(
  name: string,
  of: Value | undefined,
  [first]: readonly Value[],
  path: string,
): boolean | undefined {
  if (!of || !first) return undefined
  if (isRequestPath(of)) {
    const text = first.shape?.k === 'literal' ? first.shape.value : undefined
    if (name === 'match') return matches(first, path)
    if (typeof text !== 'string') return undefined
    if (name === 'startsWith') return ordinaryPath(path).startsWith(text)
    if (name === 'endsWith') return ordinaryPath(path).endsWith(text)
    return name === 'includes' ? ordinaryPath(path).includes(text) : undefined
  }
  if (!isRequestPath(first)) return undefined
  if (name === 'test') return matches(of, path)
  if (name !== 'includes' && name !== 'has') return undefined
  const items = of.shape?.k === 'array' && of.shape.literal ? of.shape.items : undefined
  const texts = textsOf(of)
  return items && texts.length === items.length
    ? someOf(texts.map((text) => isPathOf(path, text)))
    : undefined
}

/** The path that an outcome of several tests gives: one that holds is enough. */
export const someOf = (outcomes: readonly (boolean | undefined)[]): boolean | undefined =>
  outcomes.includes(true) ? true : outcomes.includes(undefined) ? undefined : false

function matches({ shape }: Value, path: string): boolean | undefined {
  if (shape?.k !== 'regex' || NESTED_REPEAT.test(shape.pattern)) return undefined
  try {
    return new RegExp(shape.pattern, shape.flags.replace(/[gy]/g, '')).test(ordinaryPath(path))
  } catch {
    // A pattern of a newer syntax than this Node knows.
    return undefined
  }
}

/**
 * Whether one of the patterns matches an ordinary request for the path. Next.js compiles the matchers of a proxy with
 * path-to-regexp 6, and so does Clerk: https://nextjs.org/docs/app/api-reference/file-conventions/proxy#matcher
 */
export const coversPath = (patterns: readonly string[], path: string): boolean =>
  patterns.some((pattern) => {
    try {
      return pathToRegexp(pattern).test(ordinaryPath(path))
    } catch {
      return false
    }
  })

/** Packages that hold a path against patterns, by the name of what they export. */
const MATCHERS = /^(createRouteMatcher|minimatch|micromatch|picomatch|default|isMatch|\*)$/
const GLOBS = /^(micromatch|minimatch|picomatch)$/

/** True for what a package exports to hold paths against patterns. */
export const isMatcher = (from: string, root: string): boolean =>
  MATCHERS.test(root) && (from.startsWith('@clerk/') || GLOBS.test(from))

/**
 * The outcome of a matcher of a package, called with `args`: `createRouteMatcher(['/app(.*)'])` of Clerk with a request,
 * `micromatch.isMatch(pathname, ['/app/**'])`. https://clerk.com/docs/references/nextjs/clerk-middleware,
 * https://github.com/micromatch/micromatch#ismatch
 */
export function routeMatched({ shape }: Value, args: readonly Value[], path: string): boolean | undefined {
  if (shape?.k === 'chain' && shape.root === 'createRouteMatcher' && shape.from.startsWith('@clerk/')) {
    const [given] = shape.steps[0]?.args ?? []
    const patterns = given ? textsOf(given) : []
    return patterns.length > 0 ? coversPath(patterns, path) : undefined
  }
  const [of, globs] = args
  const from = shape?.k === 'chain' || shape?.k === 'external' ? shape.from : ''
  if (!GLOBS.test(from) || !of || !isRequestPath(of) || !globs) return undefined
  const patterns = textsOf(globs)
  return patterns.length > 0 ? picomatch.isMatch(ordinaryPath(path), patterns) : undefined
}
