import type { Report } from '../run.ts'

/** The report for programs; `version` changes when a field changes its meaning or goes away. */
export function jsonReport(report: Report): string {
  return JSON.stringify(
    { version: 1, ok: report.findings.every(({ severity }) => severity !== 'error'), ...report },
    null,
    2,
  )
}
