import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

export const middlewareBesideProxy: Cause = {
  id: 'next/middleware-beside-proxy',
  title: 'There is a middleware file and a proxy file',
  matches: ({ text }) => /Both middleware file .* and proxy file/.test(text),
  examine({ project }) {
    const files = project.files.filter(
      (file) => /(?:^|\/)(?:middleware|proxy)\.[jt]s$/.test(file) && !/\/(?:app|lib|server)\//.test(file),
    )
    const cure = [
      {
        what: 'Since Next.js 16 it is called proxy. Put what both do into proxy.ts, one after the other, and delete middleware.ts.',
        code: 'export function proxy(request: NextRequest) { … }',
      },
      {
        what: 'It runs on Node.js; it is no place to decide who may do what: handlers check that themselves.',
      },
    ]
    if (files.length < 2) return unconfirmed('One of the two was not found in what was read.', cure)
    return confirmed(
      'Next.js takes one of the two.',
      files.map((file) => step({ file, line: 1, column: 1 }, 'found here')),
      cure,
    )
  },
  references: ['https://nextjs.org/docs/messages/middleware-to-proxy'],
}
