import { type Context, confirmWrite } from '../context.ts'
import { shortCommit } from '../core/image.ts'
import { promotionBranch, releaseFilePath } from '../core/layout.ts'
import type { RuleVerdict } from '../core/promotion-plan.ts'
import { pullRequestText } from '../core/pull-request-text.ts'
import { sameRelease, writeRelease } from '../core/release.ts'
import { judgePromotion } from '../core/rules/rules.ts'
import { type ResultOf, schemaVersion } from '../output/result.ts'
import { changesOut, type Gathered, gather } from './facts.ts'
import { type BranchContent, publishBranch } from './publish-branch.ts'

type PromoteResult = ResultOf<'promote'>

/** Opens, or brings up to date, the one pull request that promotes an environment's release to the next. */
export async function promote(context: Context, from: string, to: string): Promise<PromoteResult> {
  const gathered = await gather(context, from, to, true)
  const { facts, targetText } = gathered
  if (sameRelease(facts.source, facts.target))
    return result(gathered, [], {
      outcome: 'nothing-to-do',
      summary: `${to} has ${shortCommit(facts.target.commit)} already, the release of ${from}`,
      next: [],
    })
  const gates = judgePromotion(facts)
  const refusals = gates.filter(({ verdict }) => verdict === 'refuse')
  if (refusals.length > 0) return refused(gathered, gates, refusals)
  const release = shortCommit(facts.source.commit)
  if (context.dryRun)
    return result(gathered, gates, {
      outcome: 'planned',
      summary: `would open or update the pull request that promotes ${release} from ${from} to ${to}; nothing was written`,
      next: [`npm run promote -- ${from} ${to}`],
    })
  await confirmWrite(
    context,
    `Open or update the pull request that promotes ${release} from ${from} to ${to}?`,
  )
  const text = pullRequestText(facts, gates)
  const content: BranchContent = {
    branch: promotionBranch(facts.workload, from, to),
    base: facts.revision,
    path: releaseFilePath(facts.workload, to),
    text: writeRelease(targetText, releaseFilePath(facts.workload, to), facts.source),
    headline: text.headline,
    body: text.commitBody,
  }
  const open = await publishBranch(context.gitHost, content)
  const request = { title: text.title, body: text.body, branch: content.branch }
  const { pullRequest, change } = await context.gitHost.upsertPullRequest(request, open)
  const { number, url } = pullRequest
  return result(
    gathered,
    gates,
    {
      outcome: 'done',
      summary: `${change} pull request #${number}: ${text.title}`,
      next: [url, `npm run promote -- wait ${to}`],
    },
    { number, url, change },
  )
}

function refused(gathered: Gathered, gates: RuleVerdict[], refusals: RuleVerdict[]): PromoteResult {
  return result(gathered, gates, {
    outcome: 'refused',
    summary: `refused by ${refusals.map(({ rule }) => rule).join(', ')}: ${refusals[0]?.reason}`,
    next: refusals.flatMap(({ remedy }) => (remedy === undefined ? [] : [remedy])),
  })
}

function result(
  { facts }: Gathered,
  gates: RuleVerdict[],
  said: Pick<PromoteResult, 'outcome' | 'summary' | 'next'>,
  pullRequest: PromoteResult['details']['pullRequest'] = null,
): PromoteResult {
  return {
    schema: schemaVersion,
    command: 'promote',
    ...said,
    details: { ...changesOut(facts), gates, pullRequest },
  }
}
