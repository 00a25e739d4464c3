import { importChain } from '../../project/surroundings/imports.ts'
import { type Cause, confirmed, step, unconfirmed } from '../cause.ts'

export const serverOnlyInClient: Cause = {
  id: 'next/server-only-in-client',
  title: 'A client component imports a module that is for the server',
  matches: ({ text }) =>
    /importing a (?:component|module) that needs ["']?server-only|['"]server-only['"] cannot be imported|This module cannot be imported from a Client Component/.test(
      text,
    ),
  examine({ project, places }) {
    const cure = [
      { what: 'Keep it on the server: compute the value in the page, and hand it down as a prop.' },
      { what: 'Or split the module: what the browser may have into a file without `server-only`.' },
    ]
    for (const file of project.code) {
      if (project.program.syntax(file)?.directive !== 'client') continue
      const chain = importChain(project, file, ({ external }) => external === 'server-only')
      if (chain)
        return confirmed(
          `${file} is a client component, and its imports lead to \`server-only\`.`,
          [step({ file, line: 1, column: 1 }, "'use client'"), ...chain],
          cure,
        )
    }
    return unconfirmed(
      'No client component that was read leads to `server-only`: it may be a file in pages/, or a component that a client component imports.',
      cure,
      [],
      places.slice(0, 2),
    )
  },
  references: [
    'https://nextjs.org/docs/app/getting-started/server-and-client-components#preventing-environment-poisoning',
  ],
}
