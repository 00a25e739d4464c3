/** What an answer says to projects that are behind the versions it is written for. */
import { describe, expect, it } from 'vitest'
import { projectOf } from '../../test/project.ts'
import { readHabits } from '../project/habits/read.ts'
import { versionRemarks } from './versions.ts'

async function remarks(text: string, dependencies: Record<string, string>): Promise<string[]> {
  const project = await projectOf({ 'package.json': JSON.stringify({ name: 'app', dependencies }) })
  return versionRemarks([text], readHabits(project))
}

const current = { next: '16.4.5', '@prisma/client': '7.10.0', prisma: '7.10.0', zod: '4.6.7' }

describe('an answer that uses what came later', () => {
  it.each([
    ['updateTag(tag)', { next: '15.5.14' }, /`updateTag` came with Next.js 16.+15\.5\.14.+revalidateTag/],
    ['{ params }: { params: Promise<{ id: string }> }', { next: '14.2.3' }, /params/],
    ['z.email()', { zod: '^3.25.64' }, /zod 4.+3\.25\.64/],
    ['after(() => send())', { next: '15.0.3' }, /15\.1/],
    ['new PrismaPg({ max: 3 })', { prisma: '6.10.0', '@prisma/client': '6.10.0' }, /connection_limit/],
  ])('says so: %s', async (text, older, said) => {
    expect(await remarks(text, { ...current, ...older })).toEqual([expect.stringMatching(said)])
    expect(await remarks(text, current)).toEqual([])
  })

  it('says nothing where any version may be installed, or an adapter is used already', async () => {
    expect(await remarks('after(() => send())', { ...current, next: '^15.0.0' })).toEqual([])
    const six = { prisma: '6.16.0', '@prisma/client': '6.16.0', '@prisma/adapter-pg': '6.16.0' }
    expect(await remarks('new PrismaPg({ max: 3 })', { ...current, ...six })).toEqual([])
  })
})
