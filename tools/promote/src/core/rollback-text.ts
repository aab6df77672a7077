import { shortCommit } from './image.ts'
import { code } from './markdown.ts'
import type { RuleVerdict } from './promotion-plan.ts'
import { bounded, commitList, gates, images, type PullRequestText } from './pull-request-text.ts'
import type { RollbackFacts } from './rollback-plan.ts'

/** Title and body of a rollback's pull request, and the message of its one commit. A pure function of what was read. */
export function rollbackText(facts: RollbackFacts, verdicts: readonly RuleVerdict[]): PullRequestText {
  const { workload, environment, source, target } = facts
  const [to, from] = [shortCommit(source.commit), shortCommit(target.commit)]
  const title = `Roll back ${workload} to ${to} in ${environment}`
  const sections = [
    `${code(workload)}: **${environment} back from ${code(from)} to ${code(to)}**, all images together. Merging this deploys it to ${environment}.`,
    images(facts),
    commits(facts),
    migrations(facts),
    gates(verdicts),
    afterwards(facts),
  ]
  return {
    title,
    body: bounded(`${sections.join('\n\n')}\n`),
    headline: title,
    commitBody: `${environment} ran ${source.commit} before ${target.commit}, and runs it again next.`,
  }
}

function commits({ later }: RollbackFacts): string {
  const comparison = later[0]?.comparison
  if (comparison === undefined || comparison.relation === 'unknown')
    return '### Commits taken back\n\nThey are not known.'
  const { commits: list, url } = comparison
  return [`### Commits taken back ([${list.length}](${url}))`, '', ...commitList(list)].join('\n')
}

function migrations({ later }: RollbackFacts): string {
  const all = new Map(later.flatMap((one) => one.migrations).map((one) => [one.name, one]))
  if (all.size === 0) return '### Migrations that stay applied\n\nNone.'
  const rows = [...all.values()].slice(0, 50).map((one) => `| ${code(one.name)} | ${one.class} |`)
  return ['### Migrations that stay applied', '', '| migration | class |', '|---|---|', ...rows].join('\n')
}

function afterwards({ environment, target }: RollbackFacts): string {
  return [
    '### Afterwards',
    '',
    `- Watch it: ${code(`npm run promote -- wait ${environment}`)}`,
    `- Keep it there until the fault is mended: ${code(`npm run promote -- hold ${environment} --reason <text>`)}`,
    `- Undo: close this; after the merge press *Revert*, and ${environment} runs ${code(shortCommit(target.commit))} again.`,
  ].join('\n')
}
