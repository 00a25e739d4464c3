/** Calls that were followed once are replayed: that must save work and change nothing else. */
import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import type { Run } from '../project.ts'

async function runOf(handler: string): Promise<Run> {
  const project = await projectOf({
    'app/api/users/route.ts': `import { PrismaClient } from '@prisma/client'
import { NextResponse } from 'next/server'
import { z } from 'zod'
const prisma = new PrismaClient()
${handler}`,
  })
  const [run] = project.runs
  if (!run) throw new Error('No endpoint was found.')
  return run
}

/** Functions that each call the next three times: without replay, more steps than a run may take. */
const tower = (height: number, parameter: string, body: (next: string) => string, top: string): string =>
  [...Array(height + 1).keys()]
    .map((i) => `function f${i}(${parameter}) { ${i === height ? top : body(`f${i + 1}(${parameter})`)} }`)
    .join('\n')

const thrice = (next: string): string => `return [${next}, ${next}, ${next}]`
const ends = 'export async function GET() { f0(); return NextResponse.json(await prisma.user.findMany()) }'

describe('replayed calls', () => {
  it('replays what was not followed to its end where it starts as deep', async () => {
    const { endpoint } = await runOf(`${tower(20, '', thrice, 'return 1')}\n${ends}`)
    expect(endpoint).toMatchObject({ unknown: [], reads: ['User'] })
  })

  it('replays a function that changes an object of its own', async () => {
    const build = (next: string): string =>
      `const out = {}; out.a = ${next}; out.b = ${next}; out.c = ${next}; return out.a`
    const { endpoint } = await runOf(`${tower(10, '', build, 'return 1')}\n${ends}`)
    expect(endpoint).toMatchObject({ unknown: [], reads: ['User'] })
  })

  it('replays a function that is given a schema', async () => {
    const { endpoint } = await runOf(`${tower(10, 'schema', thrice, 'return schema')}
const body = z.object({ name: z.string() })
export async function GET() { f0(body.partial()); return NextResponse.json(await prisma.user.findMany()) }`)
    expect(endpoint).toMatchObject({ unknown: [], reads: ['User'] })
  })

  it('does not replay a function that changes an object of its caller', async () => {
    const { events } = await runOf(`function only(where) { where.apiKey = 'x' }
function all(where) { only(where); return [{}] }
export async function GET() {
  const one = {}
  all(one)
  const two = {}
  all(two)
  await prisma.user.findMany({ where: one })
  await prisma.user.findMany({ where: two })
}`)
    const keys = events.map((event) => {
      const args = event.k === 'access' ? event.args.shape : undefined
      const where = args?.k === 'object' ? args.fields.get('where')?.shape : undefined
      return where?.k === 'object' ? [...where.fields.keys()] : undefined
    })
    expect(keys.slice(0, 2)).toEqual([['apiKey'], ['apiKey']])
  })

  it('tells an answer in an error handler from the same answer elsewhere', async () => {
    const { events } = await runOf(`function answer() { return NextResponse.json({ name: 'x' }) }
export async function GET() {
  try {
    await prisma.user.findMany()
    return answer()
  } catch (error) {
    return answer()
  }
}`)
    const status = events.flatMap((event) => (event.k === 'response' ? [event.status] : []))
    expect(status.slice(0, 2)).toEqual([undefined, 500])
  })
})
