/** Whose rows are, where no relation says so. */
import { expect, it } from 'vitest'
import { readPrismaSchema } from '../source/prisma-schema.ts'
import { buildDataModel, type DataModel } from './data-model.ts'

const build = (text: string): DataModel =>
  buildDataModel(readPrismaSchema([{ file: 'prisma/schema.prisma', text }]))

const people = `model User {
  id       String    @id
  email    String    @unique
  password String
  sessions Session[]
}
model Session {
  id     String @id
  token  String
  userId String
  user   User   @relation(fields: [userId], references: [id])
}
`

it.each([
  [
    'a part of a thing that names its owner',
    'trip_id String\n  trip Trip @relation(fields: [trip_id], references: [id])',
    'owned',
  ],
  ['a part that names the thing alone', 'tripId String', 'owned'],
  ['the e-mail address of its owner', 'ownerEmail String', 'owned'],
  ['the e-mail address of whoever wrote it', 'authorEmail String', 'global'],
  ['a part that may be without the thing', 'tripId String?', 'global'],
  ['a thing that belongs to nobody', 'countryId String', 'global'],
])('%s', (_, columns, role) => {
  const related = columns.includes('@relation') ? '\n  options Option[]' : ''
  const model = build(`${people}
model Trip {
  id     String @id
  userId String${related}
}
model Country {
  id String @id
}
model Option {
  id String @id
  ${columns}
}`)
  expect(model.model('Option')?.role).toBe(role)
})

it('is the model that ends with the name, if there is one only', () => {
  const project = 'model UserProject {\n  id String @id\n  ownerEmail String\n}\n'
  const comment = 'model Comment {\n  id String @id\n  projectId String\n}\n'
  const other = 'model OldProject {\n  id String @id\n}\n'
  expect(build(`${people}${project}${comment}`).model('Comment')?.role).toBe('owned')
  expect(build(`${people}${project}${comment}${other}`).model('Comment')?.role).toBe('global')
})
