import { expect, it } from 'vitest'
import { type Answered, languageOf, pathOfRoute } from './language.ts'

const pages = [
  '/[locale]',
  '/[locale]/(auth)/login',
  '/[locale]/orders/[id]',
  '/[locale]/(in)/settings/team',
  '/api',
]

/** How applications answer: by what they know, and where they lead. */
const answering =
  (known: RegExp, leads: (path: string) => string | undefined = () => undefined) =>
  async (path: string): Promise<Answered> => {
    const location = leads(path)
    if (location !== undefined) return { status: 307, location, body: '' }
    return { status: 200, body: known.test(path) ? 'a page' : 'x:NEXT_HTTP_ERROR_FALLBACK;404;' }
  }

it('is said where pages are below it', async () => {
  expect(await languageOf(pages, answering(/^\/en\//))).toBe('en')
})

it('is left out where a proxy puts it in front of every path', async () => {
  expect(await languageOf(pages, answering(/^\/(settings|login)/))).toBe('')
})

it('is left out where the language of most is led away', async () => {
  const leads = (path: string) => (path.startsWith('/en/') ? path.slice(3) : undefined)
  expect(await languageOf(pages, answering(/./, leads))).toBe('')
})

it('is the one that the application leads to', async () => {
  const leads = (path: string) => (/^\/(de|en)\//.test(path) ? undefined : `http://localhost:3000/de${path}`)
  expect(await languageOf(pages, answering(/^\/de\//, leads))).toBe('de')
})

it('is not a question where no page has one', async () => {
  expect(await languageOf(['/', '/orders/[id]'], answering(/./))).toBeUndefined()
})

it('is put into paths of routes', () => {
  expect(pathOfRoute('/[locale]/orders/[id]')).toBe('/en/orders/x')
  expect(pathOfRoute('/[locale]/orders/[[...rest]]', '')).toBe('/orders/x')
  expect(pathOfRoute('/')).toBe('/')
})
