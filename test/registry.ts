/** A package registry on loopback: npm fetches from it as from any other. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export interface Published {
  name: string
  version: string
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  scripts?: Record<string, string>
  files: Record<string, string>
}

export interface Registry {
  url: string
  /** Paths that were asked for, in order. */
  asked: string[]
  close(): Promise<void>
}

export async function openRegistry(packages: readonly Published[]): Promise<Registry> {
  const tarballs = new Map(packages.map((one) => [tarballOf(one), packed(one)]))
  const asked: string[] = []
  let url = ''
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? '')
    asked.push(path)
    const tarball = tarballs.get(path)
    const versions = packages.filter(({ name }) => path === `/${name}`)
    if (tarball) response.end(tarball)
    else if (versions.length > 0) response.end(JSON.stringify(document(versions, url)))
    else response.writeHead(404).end('{}')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  return {
    url,
    asked,
    close: () => new Promise((done) => server.close(() => done())),
  }
}

const tarballOf = ({ name, version }: Pick<Published, 'name' | 'version'>): string =>
  `/${name}/-/${version}.tgz`

function document(versions: readonly Published[], url: string): unknown {
  const last = versions.at(-1)
  return {
    name: last?.name,
    'dist-tags': { latest: last?.version },
    versions: Object.fromEntries(
      versions.map(({ files: _, ...one }) => [
        one.version,
        { ...one, dist: { tarball: url + tarballOf(one) } },
      ]),
    ),
  }
}

function packed({ files, ...manifest }: Published): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'published-'))
  for (const [file, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
    mkdirSync(dirname(join(folder, 'package', file)), { recursive: true })
    writeFileSync(join(folder, 'package', file), text)
  }
  execFileSync('tar', ['-czf', 'package.tgz', 'package'], { cwd: folder })
  const content = readFileSync(join(folder, 'package.tgz'))
  rmSync(folder, { recursive: true })
  return content
}
