/** All playbooks, read from beside this file's source. */
import { readFile } from 'node:fs/promises'
import { type Playbook, parsePlaybook } from './playbook.ts'

/** In the order in which `guide` lists them. */
export const topics = [
  'api-design',
  'authentication',
  'authorization',
  'validation',
  'schema-design',
  'queries',
  'transactions',
  'migrations',
  'caching',
  'connection-pooling',
  'background-jobs',
  'webhooks',
  'rate-limits',
  'graphql',
  'errors-and-logging',
  'monitoring',
  'testing',
  'scaling',
  'troubleshooting',
] as const

let read: Promise<Playbook[]> | undefined

/** Every playbook. Rejects when a file is missing or is not in the form of `parsePlaybook`: the installation is broken then. */
export function playbooks(): Promise<Playbook[]> {
  read ??= Promise.all(topics.map(async (topic) => parsePlaybook(topic, await textOf(topic))))
  return read
}

// The published package has the pages at the same place, beside `dist`.
const textOf = (topic: string): Promise<string> =>
  readFile(new URL(`../../src/knowledge/${topic}.md`, import.meta.url), 'utf8')
