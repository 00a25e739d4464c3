import { expect, it } from 'vitest'
import { operations } from '../operations/index.ts'
import { callOf } from './call-of.ts'

it.each([
  ['backend-engineer review', 'review', {}],
  ['backend-engineer review --all', 'review', { all: true }],
  ['backend-engineer explain 2e9f56c5de', 'explain', { id: '2e9f56c5de' }],
  ['backend-engineer prove --only a,b --seed 5', 'prove', { only: ['a', 'b'], seed: 5 }],
  [
    "backend-engineer build 'it'\\''s a login' --set surface=trpc --apply",
    'build',
    { task: "it's a login", set: ['surface=trpc'], apply: true },
  ],
  ['backend-engineer build --recipe auth-password', 'build', { recipe: 'auth-password' }],
  ["backend-engineer build 'a login' --format json", 'build', { task: 'a login', cursor: 1 }],
  [
    'backend-engineer understand <folder of the application>',
    'understand',
    { root: '<folder of the application>' },
  ],
])('reads %s as a call', (command, tool, input) => {
  expect(callOf(command, operations)).toEqual({ tool, input })
})

it.each([
  'npm install',
  'backend-engineer undo',
  'backend-engineer review --nope',
  'backend-engineer review a b',
])('does not make a call of %s', (command) => {
  expect(callOf(command, operations)).toBeUndefined()
})
