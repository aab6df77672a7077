import { type Context, confirmWrite } from '../context.ts'
import { shortCommit } from '../core/image.ts'
import { releaseFilePath, rollbackBranch } from '../core/layout.ts'
import { imageChanges, type RuleVerdict } from '../core/promotion-plan.ts'
import { type Release, writeRelease } from '../core/release.ts'
import type { RollbackFacts } from '../core/rollback-plan.ts'
import { rollbackText } from '../core/rollback-text.ts'
import { judgeRollback } from '../core/rules/rollback.ts'
import { releaseOut } from '../output/release-out.ts'
import { type ResultOf, schemaVersion } from '../output/result.ts'
import { publishBranch } from './publish-branch.ts'
import { gatherRollback, type RollbackOptions } from './rollback-facts.ts'

type RollbackResult = ResultOf<'rollback'>
type Said = Pick<RollbackResult, 'outcome' | 'summary' | 'next'>
type PullRequestOut = RollbackResult['details']['pullRequest']

/** Opens, or brings up to date, the one pull request that takes an environment back to an earlier release, whole. */
export async function rollback(context: Context, options: RollbackOptions): Promise<RollbackResult> {
  const { environment } = options
  const { facts, current, text } = await gatherRollback(context, options)
  if (facts === null) return there(environment, current)
  const gates = judgeRollback(facts)
  const refusals = gates.filter(({ verdict }) => verdict === 'refuse')
  const what = `${environment} back from ${shortCommit(current.commit)} to ${shortCommit(facts.source.commit)}`
  if (refusals.length > 0)
    return result(facts, gates, {
      outcome: 'refused',
      summary: `refused by ${refusals.map(({ rule }) => rule).join(', ')}: ${refusals[0]?.reason}`,
      next: refusals.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy])),
    })
  if (context.dryRun)
    return result(facts, gates, {
      outcome: 'planned',
      summary: `would open or update the pull request that takes ${what}; nothing was written`,
      next: [],
    })
  await confirmWrite(context, `Open or update the pull request that takes ${what}?`)
  const { title, pullRequest } = await publish(context, facts, gates, text)
  const { number, url, change } = pullRequest
  const next = [url, `npm run promote -- wait ${environment}`]
  if (facts.hold === null)
    next.push(`npm run promote -- hold ${environment} --reason <text>   keeps newer releases out`)
  next.push(`undo: close #${number}; after the merge, revert it`)
  const said: Said = { outcome: 'done', summary: `${change} pull request #${number}: ${title}`, next }
  return result(facts, gates, said, pullRequest)
}

async function publish(
  { gitHost }: Context,
  facts: RollbackFacts,
  gates: RuleVerdict[],
  text: string,
): Promise<{ title: string; pullRequest: NonNullable<PullRequestOut> }> {
  const { title, body, headline, commitBody } = rollbackText(facts, gates)
  const path = releaseFilePath(facts.workload, facts.environment)
  const branch = rollbackBranch(facts.workload, facts.environment)
  const open = await publishBranch(gitHost, {
    branch,
    base: facts.revision,
    path,
    text: writeRelease(text, path, facts.source),
    headline,
    body: commitBody,
  })
  const { pullRequest, change } = await gitHost.upsertPullRequest({ title, body, branch }, open)
  return { title, pullRequest: { number: pullRequest.number, url: pullRequest.url, change } }
}

function result(
  facts: RollbackFacts,
  gates: RuleVerdict[],
  said: Said,
  pullRequest: PullRequestOut = null,
): RollbackResult {
  const { environment, source, target, later } = facts
  const migrations = [
    ...new Map(later.flatMap((one) => one.migrations).map((one) => [one.path, one])).values(),
  ]
  return {
    schema: schemaVersion,
    command: 'rollback',
    ...said,
    details: {
      environment,
      from: releaseOut(target),
      to: releaseOut(source),
      images: imageChanges(source, target),
      migrations,
      gates,
      pullRequest,
    },
  }
}

function there(environment: string, current: Release): RollbackResult {
  const release = releaseOut(current)
  return {
    schema: schemaVersion,
    command: 'rollback',
    outcome: 'nothing-to-do',
    summary: `${environment} has ${shortCommit(current.commit)} already`,
    next: [],
    details: {
      environment,
      from: release,
      to: release,
      images: [],
      migrations: [],
      gates: [],
      pullRequest: null,
    },
  }
}
