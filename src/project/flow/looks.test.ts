/** Conditions that look at a part of a text: what can still get past them. */
import { expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { leaving } from './looks.ts'
import { textOf } from './value.ts'

/** What of `to` is left in a redirect: all of what it was sent as a path, and as the beginning of a URL. */
async function leftOf(body: string): Promise<{ all: string[]; head: string[] }> {
  const { runs } = await projectOf({
    'app/api/go/route.ts': `import { redirect } from 'next/navigation'
export async function GET(request) {
  const to = request.nextUrl.searchParams.get('to')
  ${body}
}`,
  })
  const sinks = (runs[0]?.events ?? []).flatMap((event) => (event.k === 'sink' ? [event] : []))
  const last = sinks.at(-1)
  if (!last) throw new Error('No redirect was found.')
  const { all, head } = leaving(textOf(last.value), last.facts)
  return { all: [...all], head: [...head] }
}

const sent = ['client:query.to']
const perhaps = ['?client:query.to']

it.each([
  ['nothing was asked', 'redirect(to)', sent, sent],
  ['it begins with a slash', "if (!to.startsWith('/')) return; redirect(to)", sent, sent],
  ['a pattern asks the same', 'if (!/^\\//.test(to)) return; redirect(to)', sent, sent],
  ['it begins with a folder', "if (!to.startsWith('/files/')) return; redirect(to)", sent, []],
  ['it holds a word', "if (!to.includes('example.com')) return; redirect(to)", sent, sent],
  ['two slashes are refused', "if (to.startsWith('//')) return; redirect(to)", sent, perhaps],
  ['dots are refused', "if (to.includes('..')) return; redirect(to)", [], sent],
  [
    'what leaves a site is refused',
    "if (!to.startsWith('/') || to.startsWith('//') || to.includes('\\\\')) return; redirect(to)",
    perhaps,
    [],
  ],
  ['it is one of two', "if (to !== '/a' && to !== '/b') return; redirect(to)", [], []],
  ['it is a list', 'if (Array.isArray(to)) return; redirect(to)', sent, sent],
  ['a default takes its place', "let url = to; if (!OWN.has(url)) url = '/'; redirect(url)", [], []],
  ['it takes the place of a default', "let url = '/'; if (OWN.has(to)) url = to; redirect(url)", [], []],
  ['a choice', "redirect(OWN.has(to) ? to : '/')", [], []],
])('%s', async (_, body, all, head) => {
  expect(await leftOf(body)).toEqual({ all, head })
})
