import { lineWith } from '../../project/surroundings/places.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

const said =
  /`?(revalidate\w+|update\w+|refresh)\b[^`]*`? (?:can't be called during render|during render)|used "(revalidate\w+)[^"]*" during render/

export const revalidateInRender: Cause = {
  id: 'next/revalidate-in-render',
  title: 'The cache is emptied while a page is rendered',
  matches: ({ text }) => said.test(text),
  examine({ project, error, places }) {
    const [, first, second] = said.exec(error.text) ?? []
    const name = first ?? second ?? 'revalidatePath'
    const files = project.code.filter((file) => /(?:page|layout)\.[jt]sx?$/.test(file))
    const found = files.flatMap((file) => lineWith(project, file, new RegExp(`\\b${name}\\(`)) ?? [])
    const cure = [
      {
        what: `Call \`${name}\` where something was changed: in the server action or the handler, after the write.`,
        code: `'use server'\n\nexport async function save(form: FormData) {\n  await prisma.…\n  ${name}('/products')\n}`,
      },
    ]
    if (found.length === 0)
      return unconfirmed('It is called from something that a page calls.', cure, [], places.slice(0, 3))
    return confirmed(
      'Rendering a page must change nothing: it is done ahead, twice, or not at all.',
      found.map((at) => step(at, `${name} in a page`)),
      cure,
    )
  },
  references: ['https://nextjs.org/docs/app/api-reference/functions/revalidatePath'],
}
