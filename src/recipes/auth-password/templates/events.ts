import type { NewFile } from '../../../core/change.ts'
import { fromExport, nameOf, type Wanted, written } from '../source.ts'
import type { Target } from '../target.ts'

export function events(t: Target): NewFile {
  const { logger } = t.habits
  const call = logger
    ? logsFieldsFirst(t)
      ? `${nameOf(logger.value)}.info({ event, ...details }, 'authentication')`
      : `${nameOf(logger.value)}.info(event, details)`
    : 'console.info(JSON.stringify({ event, ...details }))'
  const names = [
    ...(t.register ? ['account.created'] : []),
    'login.succeeded',
    'login.failed',
    'login.limited',
    'refresh.reused',
    'session.ended',
  ]
  return written(
    t.habits,
    t.part.events,
    logger ? [fromExport(logger.value)] : [],
    `
type Event =
${names.map((name) => `  | '${name}'`).join('\n')}

/** Never passwords, tokens or addresses: those who read logs are not those who may sign in. */
export function recordEvent(event: Event, details: Record<string, string | undefined>): void {
  ${call}
}`,
  )
}

/** Reports an error that nobody expected, as the project logs: the statement, and what it needs. */
export function reported(t: Target): { code: string; imports: Wanted[] } {
  const { logger } = t.habits
  if (!logger) return { code: 'console.error(error)', imports: [] }
  const name = nameOf(logger.value)
  const text = "'authentication failed'"
  const code =
    logger.value.kind === 'pino'
      ? `${name}.error({ err: error }, ${text})`
      : logger.value.kind === 'winston'
        ? `${name}.error(${text}, { error })`
        : logsFieldsFirst(t)
          ? `${name}.error({ error: String(error) }, ${text})`
          : `${name}.error(${text}, { error: String(error) })`
  return { code, imports: [fromExport(logger.value)] }
}

/** `log.info({ … }, 'text')`, as pino does it; not `log.info('text', { … })`. */
function logsFieldsFirst({ habits, facts }: Target): boolean {
  const { logger } = habits
  if (logger?.value.kind !== 'own') return logger?.value.kind === 'pino'
  const name = nameOf(logger.value)
  const texts = facts.project.code.map((file) => facts.project.sourceText(file) ?? '')
  const count = (pattern: string): number =>
    texts.reduce(
      (sum, text) => sum + [...text.matchAll(new RegExp(`\\b${name}\\.\\w+\\(\\s*${pattern}`, 'g'))].length,
      0,
    )
  return count('\\{') > count('[\'"`]')
}
