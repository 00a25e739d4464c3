import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'
import { anna, minterOf, SECRET } from '../../../test/sessions.ts'
import { openWorkplace } from '../../sandbox/workplace.ts'

describe('the hook of the project', () => {
  const bases: string[] = []
  afterEach(() => {
    for (const base of bases.splice(0)) rmSync(base, { recursive: true, force: true })
  })

  async function withHook(text: string): Promise<Record<string, string>> {
    const project = await projectOf({
      '.backend-engineer/session.mjs': text,
      'lib/auth.ts': `import jwt from 'jsonwebtoken'
export const check = (token) => jwt.verify(token, process.env.SECRET)`,
    })
    const base = mkdtempSync(join(tmpdir(), 'hook-'))
    bases.push(base)
    const workplace = await openWorkplace(base)
    try {
      const env = { SECRET }
      const minter = await minterOf(project, { folder: project.root, env, workplace })
      expect(minter.library).toBe('.backend-engineer/session.mjs')
      return await minter.mint(anna)
    } finally {
      await workplace.close()
      expect(existsSync(workplace.folder)).toBe(false)
    }
  }

  it('comes before everything else, and has the variables of the application alone', async () => {
    process.env.PLANTED = 'of the shell'
    const headers = await withHook(`console.log('noise')
export async function mintSession({ user, role, tenant, env }) {
  return { cookie: [user.id, role, tenant.id, env.SECRET, process.env.PLANTED ?? 'clean'].join() }
}`)
    delete process.env.PLANTED
    expect(headers).toEqual({ cookie: `user-a,ADMIN,org-a,${SECRET},clean` })
  })

  it.each([
    ['export const other = 1', /exports no function mintSession/],
    ['export const mintSession = () => { throw new TypeError("no key") }', /TypeError: no key/],
    ['export const mintSession = () => 5', /gave no request headers, but: 5/],
  ])('says what is wrong with %s', async (text, message) => {
    await expect(withHook(text)).rejects.toThrow(message)
  })
})
