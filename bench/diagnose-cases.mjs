// The cases of `fixtures/errors`: what the test of `diagnose`, its measurement and the capture of its texts share.
// A case is a page: settings as `key: value` lines under the title, then files of the project as code fences
// (`file=PATH`) and what makes the error (`reproduce=PATH`, `sql database`, `run`), which diagnose does not see.
// What was printed stands beside it, in a file of the same name that ends in `.txt`.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const casesFolder = join(import.meta.dirname, '../fixtures/errors')

const fence = /^```(\S+)([^\n]*)\n([\s\S]*?)^```$/gm

function pageOf(text) {
  const settings = {}
  for (const [, key, value] of text.split('\n```')[0].matchAll(/^([a-z]+): (.+)$/gm)) settings[key] = value
  const files = {}
  const reproduce = {}
  let sql = ''
  let run = ''
  for (const [, , words, body] of text.matchAll(fence)) {
    const file = /\bfile=(\S+)/.exec(words)?.[1]
    const behind = /\breproduce=(\S+)/.exec(words)?.[1]
    if (file) files[file] = body
    else if (behind) reproduce[behind] = body
    else if (/\bdatabase\b/.test(words)) sql = body
    else if (/\brun\b/.test(words)) run = body.trim()
  }
  return { settings, files, reproduce, sql, run }
}

/** Every case, sorted by name: `connections/client-per-request`. */
export function readCases() {
  const base = pageOf(readFileSync(join(casesFolder, 'base.md'), 'utf8'))
  return readdirSync(casesFolder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => file.endsWith('.md') && file.includes('/'))
    .sort()
    .map((file) => {
      const name = file.slice(0, -3)
      const page = pageOf(readFileSync(join(casesFolder, file), 'utf8'))
      const files = { ...base.files, ...page.files }
      for (const gone of page.settings.without?.split(' ') ?? []) delete files[gone]
      const printed = join(casesFolder, `${name}.txt`)
      return {
        name,
        cause: page.settings.cause,
        group: page.settings.group,
        settings: page.settings,
        files,
        reproduce: page.reproduce,
        sql: page.sql,
        run: page.run,
        text: existsSync(printed) ? readFileSync(printed, 'utf8').trimEnd() || undefined : undefined,
      }
    })
}

/** Writes the project of a case, without what makes the error. */
export function writeProject(files, folder) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
}

/** Message and code alone, as people paste them: no stack, no code frame, no name of a file. */
export function messageOnly(text) {
  return text
    .split('\n')
    .filter((line) => !/^\s*at |^\/app|\/app\/|^\s*[→>]?\s*\d+ /.test(line))
    .join('\n')
}

export const sameText = [
  '53300',
  'P2021',
  'P2022',
  'authentication',
  'no password',
  'not initialized',
  'pool timeout',
  'unknown argument',
]
