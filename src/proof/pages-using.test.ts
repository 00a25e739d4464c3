import { expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { pagesUsing } from './pages-using.ts'

it('are those that import it, however far away, the nearest first', async () => {
  const project = await projectOf({
    'app/actions.ts': `'use server'\nexport async function rename() {}`,
    'app/form.tsx': `'use client'\nimport { rename } from './actions'\nexport const Form = () => <form action={rename} />`,
    'app/(main)/orgs/[orgId]/page.tsx': `export default async () => (await import('../../../form')).Form()`,
    'app/settings/page.tsx': `import { rename } from '../actions'\nexport default () => <form action={rename} />`,
    'app/other/page.tsx': 'export default () => null',
  })
  expect(pagesUsing(project, 'app/actions.ts')).toEqual(['/settings', '/orgs/[orgId]'])
  expect(pagesUsing(project, 'app/other/page.tsx')).toEqual(['/other'])
})
