import type { Report } from '../core/report.ts'

/** The whole report, findings that are possible or suppressed included. */
export function json(report: Report): string {
  return `${JSON.stringify(report, null, 2)}\n`
}
