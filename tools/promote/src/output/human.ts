import { type ImagePin, shortCommit, shortDigest } from '../core/image.ts'
import { plain } from '../core/markdown.ts'
import type { TreeNode } from '../core/tree.ts'
import { historyBody } from './human-history.ts'
import type { ErrorOut, Outcome, Result, ResultOf } from './result.ts'
import { age, table } from './table.ts'
import { renderTree } from './tree.ts'

export type Tone = 'good' | 'bad' | 'dim' | 'strong'
/** Colours a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string

export type View = { paint: Paint; now: number; columns: number }

const signs: Record<Outcome, { sign: string; tone: Tone }> = {
  done: { sign: '✓', tone: 'good' },
  planned: { sign: '·', tone: 'strong' },
  'nothing-to-do': { sign: '·', tone: 'dim' },
  failed: { sign: '✗', tone: 'bad' },
  refused: { sign: '✗', tone: 'bad' },
  'timed-out': { sign: '✗', tone: 'bad' },
  waiting: { sign: '…', tone: 'strong' },
}

/** A result as a person reads it: the picture, then one line that says what came of it, then what to do next. */
export function renderResult(result: Result, view: View): string {
  const { sign, tone } = signs[result.outcome]
  const parts = [
    body(result, view),
    `${view.paint(tone, sign)} ${plain(result.summary, 1000)}`,
    result.next.map((line) => `  ${view.paint('dim', '→')} ${line}`).join('\n'),
  ]
  return `${parts.filter((part) => part !== '').join('\n')}\n`
}

export function renderError({ error }: ErrorOut, { paint }: Pick<View, 'paint'>): string {
  return `${paint('bad', '✗')} ${error.message}\n  ${paint('dim', '→')} ${error.remedy}\n`
}

function body(result: Result, view: View): string {
  switch (result.command) {
    case 'bump':
      return bumpBody(result, view)
    case 'promote':
      return `${changesBody(result.details, view)}${gatesBody(result.details.gates, view)}`
    case 'diff':
      return changesBody(result.details, view)
    case 'status':
      return statusBody(result, view)
    case 'history':
      return historyBody(result, view)
    case 'rollback':
      return rollbackBody(result, view)
    case 'hold':
    case 'release-hold':
      return ''
    case 'wait':
      return result.details.tree === null
        ? ''
        : `${renderTree(result.details.tree as TreeNode, view.columns)}\n`
  }
}

function bumpBody({ details }: ResultOf<'bump'>, { paint }: View): string {
  const rows = details.environments.map(({ name, change, before, hold }) => [
    `  ${name}`,
    before === null ? 'never released' : shortCommit(before.commit),
    change === 'write'
      ? `→ ${shortCommit(details.release?.commit ?? '')}`
      : paint('dim', change === 'held' ? `held: ${plain(hold ?? '', 200)}` : 'unchanged'),
  ])
  return `${table(rows)}\n`
}

type Changes = ResultOf<'diff'>['details']

function changesBody(details: Changes, view: View): string {
  const { paint } = view
  const commits = details.commits
    .slice(-20)
    .toReversed()
    .map(
      ({ sha, subject, author }) =>
        `  ${shortCommit(sha)}  ${plain(subject, 80)}  ${paint('dim', plain(author, 40))}`,
    )
  const hidden = details.commits.length - commits.length
  return [
    `${paint('strong', 'images')}  ${details.from} → ${details.to}`,
    imageTable(details.images, view),
    `${paint('strong', 'commits')}  ${details.commitsUrl ?? ''}`.trimEnd(),
    ...(commits.length > 0 ? commits : [paint('dim', '  none known')]),
    ...(hidden > 0 ? [paint('dim', `  and ${hidden} more`)] : []),
    paint('strong', 'migrations'),
    migrationList(details.migrations, view),
    '',
  ].join('\n')
}

function rollbackBody({ details }: ResultOf<'rollback'>, view: View): string {
  const { environment, images, migrations, gates } = details
  if (images.length === 0) return ''
  const { paint } = view
  return [
    `${paint('strong', 'images')}  ${environment}`,
    imageTable(images, view),
    paint('strong', 'migrations that stay applied'),
    migrationList(migrations, view),
    gatesBody(gates, view),
  ].join('\n')
}

function imageTable(images: Changes['images'], { paint }: View): string {
  return table(
    images.map(({ name, from, to }) => [
      `  ${name}`,
      from === null ? 'never released' : pin(from),
      from !== null && from.digest === to.digest ? paint('dim', 'unchanged') : `→ ${pin(to)}`,
    ]),
  )
}

function migrationList(migrations: Changes['migrations'], { paint }: View): string {
  if (migrations.length === 0) return paint('dim', '  none')
  return migrations.map(({ name, class: kind }) => `  ${plain(name)}  ${kind}`).join('\n')
}

function pin({ tag, digest }: ImagePin): string {
  return `${tag.startsWith('sha-') ? shortCommit(tag.slice(4)) : tag} ${shortDigest(digest)}`
}

function gatesBody(gates: ResultOf<'promote'>['details']['gates'], { paint }: View): string {
  if (gates.length === 0) return ''
  const marks = { pass: paint('good', '✓'), refuse: paint('bad', '✗'), note: '·' }
  const rows = gates.map(({ rule, verdict, reason }) => [`  ${marks[verdict]} ${rule}`, plain(reason, 200)])
  return `${paint('strong', 'gates')}\n${table(rows)}\n`
}

function statusBody({ details }: ResultOf<'status'>, { paint, now }: View): string {
  const header = ['environment', 'release', 'since', 'health', 'pull request', 'differs from'].map((text) =>
    paint('dim', text),
  )
  const rows = details.environments.map((one) => [
    one.name,
    one.release === null ? '-' : shortCommit(one.release.commit),
    one.since === null ? '-' : age(one.since, now),
    health(one.state, paint),
    one.pullRequest === null ? '-' : `#${one.pullRequest.number}`,
    one.differsFrom.join(', ') || '-',
  ])
  const reasons = details.environments.flatMap(({ name, blocker }) =>
    blocker === null ? [] : [`  ${name}: ${blocker.kind} ${blocker.name}: ${plain(blocker.message, 300)}`],
  )
  const holds = details.environments.flatMap(({ name, hold }) =>
    hold === null ? [] : [`  ${name} is held: ${plain(hold, 300)}`],
  )
  return `${[table([header, ...rows]), ...holds, ...reasons].join('\n')}\n`
}

function health(state: string, paint: Paint): string {
  if (state === 'healthy') return paint('good', '✓ healthy')
  if (state === 'degraded') return paint('bad', '✗ degraded')
  return state === 'progressing' || state === 'waiting' ? `… ${state}` : paint('dim', `· ${state}`)
}
