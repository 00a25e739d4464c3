/** Checks SARIF against the official schema of version 2.1.0, as a package of its authors carries it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import Ajv from 'ajv-draft-04'
import addFormats from 'ajv-formats'

const require = createRequire(import.meta.url)

const schema: object = JSON.parse(
  readFileSync(require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8'),
)

const ajv = new Ajv.default({ strict: false, allErrors: true, unicodeRegExp: false })
addFormats.default(ajv)
const check = ajv.compile(schema)

/** What the schema says against a text; empty when it is valid SARIF. */
export function sarifErrors(text: string): string[] {
  check(JSON.parse(text))
  return (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
