import type { Commit } from '../ports/git-host.ts'
import { type ImagePin, shortCommit } from './image.ts'
import { code, count } from './markdown.ts'
import { imageChanges, type PromotionFacts, type RuleVerdict, splitCommits } from './promotion-plan.ts'
import { neverReleased } from './release.ts'

/** GitHub refuses a body over 65,536 characters. */
const bodyLimit = 60_000
const listedCommits = 50
const listedMigrations = 50

export type PullRequestText = { title: string; body: string; headline: string; commitBody: string }

/** Title and body of a promotion's pull request, and the message of its one commit. A pure function of what was read. */
export function pullRequestText(facts: PromotionFacts, verdicts: readonly RuleVerdict[]): PullRequestText {
  const { workload, step, source, target } = facts
  const title = `Promote ${workload} ${shortCommit(source.commit)} from ${step.from} to ${step.to}`
  const before = neverReleased(target) ? 'nothing' : shortCommit(target.commit)
  const sections = [
    `${code(workload)}: **${step.from} → ${step.to}**, ${code(before)} → ${code(shortCommit(source.commit))}. Merging this deploys it to ${step.to}.`,
    images(facts),
    commits(facts),
    migrations(facts),
    gates(verdicts),
    afterwards(facts),
  ]
  const body = bounded(`${sections.join('\n\n')}\n`)
  return {
    title,
    body,
    headline: title,
    commitBody: `${step.to} runs ${source.commit} next, the release that ${step.from} runs at ${facts.revision}.`,
  }
}

/** A body that GitHub accepts. */
export function bounded(body: string): string {
  return body.length <= bodyLimit ? body : `${body.slice(0, bodyLimit)}\n\n… (cut, too long)\n`
}

/** The images section of a pull request. */
export function images({ source, target }: Pick<PromotionFacts, 'source' | 'target'>): string {
  const rows = imageChanges(source, target).map(
    ({ name, from, to }) => `| ${code(name)} | ${pin(from)} | ${pin(to)} |`,
  )
  return ['### Images', '', '| image | now | after |', '|---|---|---|', ...rows].join('\n')
}

function pin(image: ImagePin | null): string {
  return image === null ? 'never released' : `${code(image.tag)}<br>${code(image.digest)}`
}

function commits(facts: PromotionFacts): string {
  const { comparison, step } = facts
  if (comparison === null) return `### Commits\n\nThe first release of ${step.to}.`
  if (comparison.relation === 'unknown')
    return '### Commits\n\nThe commits between the two releases are not known.'
  const { changes, releases } = splitCommits(facts)
  const more = comparison.truncated
    ? ['', 'GitHub lists only the first of them; the link above has all.']
    : []
  const folded =
    releases.length === 0
      ? []
      : [
          '',
          `<details><summary>${count(releases.length, 'commit')} that only wrote a release</summary>`,
          '',
          ...commitList(releases),
          '',
          '</details>',
        ]
  return [
    `### Commits ([${changes.length}](${comparison.url}))`,
    '',
    ...commitList(changes),
    ...more,
    ...folded,
  ].join('\n')
}

/** Commits as a list, the newest first, bounded. */
export function commitList(list: readonly Commit[]): string[] {
  const rows = list
    .slice(-listedCommits)
    .toReversed()
    .map(
      ({ sha, url, subject, author }) =>
        `- [${code(shortCommit(sha))}](${url}) ${code(subject)} by ${code(author)}`,
    )
  return list.length > rows.length ? [...rows, `- and ${list.length - rows.length} more`] : rows
}

function migrations({ migrations: list, step }: PromotionFacts): string {
  if (list.length === 0) return '### Migrations\n\nNone.'
  const rows = list.slice(0, listedMigrations).map((one) => `| ${code(one.name)} | ${one.class} |`)
  const more = list.length - listedMigrations
  if (more > 0) rows.push(`| and ${more} more | |`)
  const contract = list.some((one) => one.class === 'contract')
  const warning = contract
    ? [
        '',
        `**A contract step: after it the release that ${step.to} runs now can not run on the schema any more.**`,
      ]
    : []
  return ['### Migrations', '', '| migration | class |', '|---|---|', ...rows, ...warning].join('\n')
}

const marks = { pass: '✅', refuse: '❌', note: 'ℹ️' } as const

/** The gates section of a pull request. */
export function gates(verdicts: readonly RuleVerdict[]): string {
  const rows = verdicts.map(
    ({ rule, verdict, reason }) => `| ${marks[verdict]} ${verdict} | ${rule} | ${code(reason, 400)} |`,
  )
  return ['### Gates', '', '| | gate | why |', '|---|---|---|', ...rows].join('\n')
}

function afterwards({ step, target, migrations: list }: PromotionFacts): string {
  const back = neverReleased(target)
    ? `${step.to} has no earlier release to go back to.`
    : list.some((one) => one.class === 'contract')
      ? `Do not revert: ${code(shortCommit(target.commit))} can not run on the schema after the contract step. Roll forward, or restore the snapshot.`
      : `${code(`npm run promote -- rollback ${step.to}`)} opens the pull request with which ${step.to} runs ${code(shortCommit(target.commit))} again.`
  return [
    '### Afterwards',
    '',
    `- Watch it: ${code(`npm run promote -- wait ${step.to}`)}`,
    `- Go back: ${back}`,
  ].join('\n')
}
