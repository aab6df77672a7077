import { changedFiles } from '../git/diff.ts'
import { type Commit, log } from '../git/objects.ts'
import { type Check, checksOf } from '../operations/checks.ts'
import { mergeBlocker } from '../operations/merge.ts'
import { logRange, pullRange } from '../operations/pull-details.ts'
import type { Repository } from '../state/repository.ts'
import type { Comment, PullRequest } from '../state/schema.ts'
import { filesSection } from './diff.ts'
import { type Html, html, markdown } from './html.ts'
import { commitLink, page } from './layout.ts'

const SIGN = { success: '✓', failure: '✗', pending: '●' } as const

function when(instant: string): Html {
  return html`<time datetime="${instant}">${instant.replace('T', ' ').replace('Z', ' UTC')}</time>`
}

/** open, merged or closed. */
export function stateOf(pull: PullRequest): 'open' | 'merged' | 'closed' {
  return pull.mergedAt === null ? pull.state : 'merged'
}

function heading(pull: PullRequest, commits: number): Html {
  const state = stateOf(pull)
  const noun = commits === 1 ? 'commit' : 'commits'
  const did = state === 'merged' ? 'merged' : 'wants to merge'
  const who = state === 'merged' ? (pull.mergedBy ?? pull.author) : pull.author
  const labels = pull.labels.map((name) => html` <span class="label">${name}</span>`)
  return html`<h1>${pull.title} <span class="number">#${pull.number}</span></h1>
<p><span class="pill ${state}">${pull.draft && state === 'open' ? 'draft' : state}</span>
<strong>${who}</strong> ${did} ${commits} ${noun} into <code>${pull.baseRef}</code> from <code>${pull.headRef}</code>${labels}</p>`
}

function remark(id: string, author: string, verb: string, instant: string, body: string): Html {
  const text = body.trim() === '' ? html`<p class="muted">No description.</p>` : markdown(body)
  return html`<article class="box" id="${id}"><div class="head"><strong>${author}</strong> <span class="muted">${verb} ${when(instant)}</span></div>
<div class="body markdown">${text}</div></article>`
}

function commentBox(comment: Comment): Html {
  const edited = comment.updatedAt === comment.createdAt ? 'commented' : 'commented, edited'
  return remark(`issuecomment-${comment.id}`, comment.author, edited, comment.updatedAt, comment.body)
}

function checkItem(check: Check): Html {
  const safe = check.url && /^https?:\/\//.test(check.url) ? check.url : undefined
  const name = safe
    ? html`<a class="name" href="${safe}">${check.name}</a>`
    : html`<span class="name">${check.name}</span>`
  const required = check.required ? html`<span class="label required">required</span>` : undefined
  return html`<li class="check"><span class="${check.state}" aria-hidden="true">${SIGN[check.state]}</span>
<span>${name} <span class="${check.state}">${check.state}</span> <span class="muted">${check.description}</span></span>${required}</li>`
}

function checksSection(checks: readonly Check[]): Html {
  const items = checks.map(checkItem)
  const list = html`<ul class="plain">${items}</ul>`
  const body = items.length > 0 ? list : html`<p class="body muted">Nothing has reported on this commit.</p>`
  return html`<h2 id="checks">Checks</h2><section class="box" aria-labelledby="checks">${body}</section>`
}

function mergeSection(repository: Repository, pull: PullRequest, blocker: string | undefined): Html {
  if (pull.mergedAt !== null && pull.mergeOid !== null) {
    const by = pull.mergedBy ?? 'somebody'
    return html`<section class="box done"><div class="body"><p><span class="success" aria-hidden="true">✓</span> Merged by
<strong>${by}</strong> as ${commitLink(repository, pull.mergeOid)} ${when(pull.mergedAt)}.</p></div></section>`
  }
  const reason = blocker
    ? html`<p id="merge-reason"><span class="failure" aria-hidden="true">✗</span> Cannot be merged. ${blocker}</p>`
    : html`<p id="merge-reason"><span class="success" aria-hidden="true">✓</span> Ready to merge at ${commitLink(repository, pull.headOid)}.</p>`
  const kind = blocker ? 'stop' : 'done'
  const disabled = blocker ? html` disabled` : undefined
  return html`<section class="box ${kind}" aria-label="Merge"><div class="body">${reason}
<form method="post" action="/${repository.fullName}/pull/${pull.number}/merge">
<input type="hidden" name="sha" value="${pull.headOid}">
<p><button type="submit" aria-describedby="merge-reason"${disabled}>Merge pull request</button></p>
</form></div></section>`
}

function commitsSection(repository: Repository, commits: readonly Commit[]): Html {
  const items = commits.map(
    (commit) => html`<li>${commitLink(repository, commit.oid)} ${commit.message.split('\n')[0]}
<span class="muted">${commit.author.name}</span></li>`,
  )
  return html`<h2>Commits</h2><section class="box"><ul class="plain">${items}</ul></section>`
}

/** The page of one pull request; `notice` is what just went wrong. */
export async function pullPage(repository: Repository, pull: PullRequest, notice?: string): Promise<string> {
  const range = await pullRange(repository, pull)
  const [commits, files, blocker] = await Promise.all([
    log(repository.gitDir, logRange(range), { reverse: true, limit: 250 }),
    changedFiles(repository.gitDir, range.from, range.head),
    mergeBlocker(repository, pull),
  ])
  const comments = repository.state.comments.filter((comment) => comment.number === pull.number)
  const content = html`${notice ? html`<p class="notice" role="alert">${notice}</p>` : undefined}
${heading(pull, commits.length)}
${remark('description', pull.author, 'opened this', pull.createdAt, pull.body ?? '')}
${comments.map(commentBox)}
${checksSection(checksOf(repository, pull))}
${mergeSection(repository, pull, blocker)}
${commitsSection(repository, commits)}
${filesSection(files)}`
  return page(`${pull.title} · Pull request #${pull.number}`, repository, content)
}
