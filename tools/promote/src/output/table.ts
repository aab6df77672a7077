import { stripVTControlCharacters } from 'node:util'

/** Rows of cells as aligned columns, two spaces apart; colours do not count as width. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, width(cell))
    })
  return rows
    .map((row) =>
      row
        .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - width(cell)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function width(cell: string): number {
  return stripVTControlCharacters(cell).length
}

const units: readonly [number, string][] = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
  [1, 's'],
]

/** How long ago an ISO time was, in its largest unit: `3 h`. */
export function age(iso: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(iso)) / 1000))
  const [size, unit] = units.find(([one]) => seconds >= one) ?? [1, 's']
  return `${Math.floor(seconds / size)} ${unit}`
}
