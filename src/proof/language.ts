/** The language in front of every path, `/[locale]/orders`: some applications want it there, some add it themselves. */

/** Of a dynamic segment that stands for a language. */
export const isLanguage = (name: string): boolean => /^(locale|lang|language|lng)$/i.test(name)

/** What is said where nothing is known. */
export const LANGUAGE = 'en'

export interface Answered {
  status: number
  location?: string | undefined
  body: string
}

/**
 * The language to put into paths: empty where it has to be left out, `undefined` where no page has one. `paths`: routes
 * of pages. `ask` gets a path of the application; at most six are asked.
 */
export async function languageOf(
  paths: readonly string[],
  ask: (path: string) => Promise<Answered>,
): Promise<string | undefined> {
  const below = paths.flatMap((path) => pathBelow(path) ?? []).sort(deepFirst)
  const asked = [...new Set(below)].slice(0, 3)
  if (asked.length === 0) return undefined
  for (const path of asked) {
    const said = await ask(`/${LANGUAGE}${path}`)
    if (said.location !== undefined && pathOf(said.location) === path) return ''
    if (isKnown(said)) return languageIn(said.location) ?? LANGUAGE
  }
  for (const path of asked) {
    const said = await ask(path)
    if (isKnown(said)) return languageIn(said.location) ?? ''
  }
  return LANGUAGE
}

/** `/login` of `/[locale]/(auth)/login`; nothing when there is no language in front, or another segment is open. */
function pathBelow(route: string): string | undefined {
  const [first, ...rest] = route.split('/').filter((part) => part !== '' && !/^(@|\([^.]*\)$)/.test(part))
  const name = /^\[{1,2}([^\].]+)\]{1,2}$/.exec(first ?? '')?.[1]
  if (name === undefined || !isLanguage(name) || rest.length === 0) return undefined
  return rest.some((part) => /[[(]/.test(part)) ? undefined : `/${rest.join('/')}`
}

/** `/login` could be taken for a page of the language `login`; a path of two segments could not. */
const deepFirst = (a: string, b: string): number =>
  b.split('/').length - a.split('/').length || a.length - b.length

/** Next.js may answer 200 and say in the stream that there is nothing. */
const isKnown = ({ status, body }: Answered): boolean =>
  status > 0 && status < 400 && !/NEXT_HTTP_ERROR_FALLBACK;404|NEXT_NOT_FOUND/.test(body)

const languageIn = (location: string | undefined): string | undefined =>
  location === undefined
    ? undefined
    : /^\/([a-z]{2}(?:[-_][A-Za-z]{2,4})?)(?:\/|$)/.exec(pathOf(location))?.[1]

const pathOf = (location: string): string => new URL(location, 'http://localhost').pathname

/** A path of a route whose parameters do not matter. */
export function pathOfRoute(route: string, language = LANGUAGE): string {
  const parts = route.split('/').flatMap((part) => {
    const name = /^\[+(?:\.\.\.)?([^\]]+)\]+$/.exec(part)?.[1]
    if (part === '' || name === undefined) return part === '' ? [] : [part]
    if (!isLanguage(name)) return ['x']
    return language === '' ? [] : [language]
  })
  return `/${parts.join('/')}`
}
