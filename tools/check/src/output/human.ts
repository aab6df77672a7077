import { styleText } from 'node:util'
import type { Finding } from '../finding.ts'
import type { Report } from '../run.ts'

/** The report as a person reads it: findings by file, then what was looked at. Colour only where `colour` says so. */
export function humanReport(report: Report, colour: boolean): string {
  const paint = (format: 'bold' | 'red' | 'green' | 'dim', text: string) =>
    colour ? styleText(format, text, { validateStream: false }) : text
  const errors = report.findings.filter(({ severity }) => severity === 'error')
  const groups = Object.entries(Object.groupBy(errors, ({ file }) => file)).map(([file, findings]) =>
    [paint('bold', file), ...(findings ?? []).map((finding) => `  ${line(finding)}`)].join('\n'),
  )
  const notes = notesOf(report).map((note) => paint('dim', `note: ${note}`))
  const verdict =
    errors.length === 0
      ? paint('green', 'ok: nothing to refuse')
      : paint('red', `refused: ${errors.length} findings in ${groups.length} files`)
  return [...groups, summary(report), ...notes, verdict].join('\n\n').replaceAll(/\n\n(?=note:)/g, '\n')
}

/** `file: object: message → remedy [rule]`, for one finding. */
export function line({ file, object, message, remedy, rule }: Finding): string {
  return `${[file, object, message].filter(Boolean).join(': ')} → ${remedy} [${rule}]`
}

/** Notes that say the same of many objects become one line. */
function notesOf({ findings }: Report): string[] {
  const notes = findings.filter(({ severity }) => severity === 'info')
  return Object.values(Object.groupBy(notes, ({ message }) => message)).flatMap((group) => {
    const [first] = group ?? []
    return first
      ? [
          `${first.message}${group && group.length > 1 ? ` (${group.length} objects, such as ${first.object})` : ''} → ${first.remedy} [${first.rule}]`,
        ]
      : []
  })
}

function summary({ kustomizations, validated, rules, milliseconds }: Report): string {
  const kinds = Object.entries(validated).sort(([one], [other]) => (one < other ? -1 : 1))
  const total = kinds.reduce((sum, [, count]) => sum + count, 0)
  const width = Math.max(0, ...kinds.map(([, count]) => String(count).length))
  return [
    `rendered ${kustomizations.length} kustomizations, judged ${total} objects by schema and ${rules.length} rules in ${milliseconds} ms:`,
    ...kinds.map(([kind, count]) => `  ${String(count).padStart(width)}  ${kind}`),
  ].join('\n')
}
