import type { ChangedFile } from '../git/diff.ts'
import { type Html, html } from './html.ts'

/** Lines of diff shown at once; longer ones are folded. */
const FOLD_ABOVE = 400
/** A page is for reading: what is longer than this is for `git diff`. */
const MOST_LINES = 5000

function lineRow(before: number | '', after: number | '', kind: string, text: string): Html {
  return html`<tr class="${kind}"><td class="line">${before}</td><td class="line">${after}</td><td>${text}</td></tr>`
}

/** The rows of one file's hunks, with line numbers of both sides. */
export function diffRows(patch: string): Html[] {
  const rows: Html[] = []
  let before = 0
  let after = 0
  for (const line of patch.split('\n').slice(0, MOST_LINES)) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)/.exec(line)
    if (hunk) {
      before = Number(hunk[1])
      after = Number(hunk[2])
      rows.push(lineRow('', '', 'hunk', line))
    } else if (line.startsWith('+')) rows.push(lineRow('', after++, 'add', line))
    else if (line.startsWith('-')) rows.push(lineRow(before++, '', 'del', line))
    else if (line.startsWith('\\')) rows.push(lineRow('', '', '', line))
    else rows.push(lineRow(before++, after++, '', line))
  }
  return rows
}

function fileBox(file: ChangedFile): Html {
  const name = file.previousPath ? html`${file.previousPath} → ${file.path}` : html`${file.path}`
  const counts = html`<span class="success">+${file.additions}</span> <span class="failure">−${file.deletions}</span>`
  const rows = file.patch === undefined ? [] : diffRows(file.patch)
  const table = html`<table class="diff"><tbody>${rows}</tbody></table>`
  const shown =
    rows.length > FOLD_ABOVE
      ? html`<details><summary>${rows.length} lines</summary>${table}</details>`
      : table
  const body = rows.length === 0 ? html`<p class="body muted">No text to show.</p>` : shown
  return html`<section class="box"><div class="head"><code>${name}</code> ${file.status} ${counts}</div>${body}</section>`
}

/** The heading and one box per file. */
export function filesSection(files: readonly ChangedFile[]): Html {
  const noun = files.length === 1 ? 'file' : 'files'
  return html`<h2 id="files">${files.length} changed ${noun}</h2>${files.map(fileBox)}`
}
