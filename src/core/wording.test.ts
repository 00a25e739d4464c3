import { expect, it } from 'vitest'
import { plural, withArticle } from './wording.ts'

it('counts', () => {
  expect([plural(1, 'file'), plural(2, 'query'), plural(1234, 'file')]).toEqual([
    '1 file',
    '2 queries',
    '1,234 files',
  ])
  expect(plural(2, 'kind of fault', 'kinds of fault')).toBe('2 kinds of fault')
})

it('picks the article by sound', () => {
  const nouns = ['Invoice', 'ApiKey', 'Upload', 'Project', 'User', 'Unit', 'EuVatNumber', 'OneTimeCode']
  expect(nouns.map(withArticle)).toEqual([
    'an Invoice',
    'an ApiKey',
    'an Upload',
    'a Project',
    'a User',
    'a Unit',
    'a EuVatNumber',
    'a OneTimeCode',
  ])
})
