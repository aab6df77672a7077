import { changedFiles, EMPTY_TREE } from '../git/diff.ts'
import { log, readCommit } from '../git/objects.ts'
import { listRefs } from '../git/refs.ts'
import type { Repository } from '../state/repository.ts'
import type { PullRequest } from '../state/schema.ts'
import { filesSection } from './diff.ts'
import { type Html, html } from './html.ts'
import { commitLink, page } from './layout.ts'
import { stateOf } from './pull-page.ts'

function pullItem(repository: Repository, pull: PullRequest): Html {
  const state = stateOf(pull)
  return html`<li><span class="pill ${state}">${state}</span>
<a href="/${repository.fullName}/pull/${pull.number}">${pull.title}</a>
<span class="muted">#${pull.number} by ${pull.author}, into ${pull.baseRef}</span></li>`
}

function pullList(repository: Repository, title: string, pulls: readonly PullRequest[], none: string): Html {
  const items = pulls.map((pull) => pullItem(repository, pull))
  const list =
    items.length > 0 ? html`<ul class="plain">${items}</ul>` : html`<p class="body muted">${none}</p>`
  return html`<h2>${title}</h2><section class="box">${list}</section>`
}

/** The page of a repository: its open and recently closed pull requests, branches and latest commits. */
export async function repositoryPage(repository: Repository): Promise<string> {
  const { gitDir, state } = repository
  const branches = await listRefs(gitDir, 'refs/heads/')
  const main = branches.find((ref) => ref.name === `refs/heads/${state.defaultBranch}`)
  const commits = main ? await log(gitDir, main.oid, { limit: 10 }) : []
  const newest = [...state.pulls].reverse()
  const open = newest.filter((pull) => pull.state === 'open')
  const closed = newest.filter((pull) => pull.state === 'closed').slice(0, 10)
  const branchItems = branches.map((ref) => {
    const name = ref.name.slice('refs/heads/'.length)
    return html`<li><code>${name}</code> ${commitLink(repository, ref.oid)}</li>`
  })
  const commitItems = commits.map(
    (commit) => html`<li>${commitLink(repository, commit.oid)} ${commit.message.split('\n')[0]}
<span class="muted">${commit.author.name}, ${commit.committer.date}</span></li>`,
  )
  const content = html`<h1>${repository.fullName}</h1>
${pullList(repository, 'Open pull requests', open, 'There are none.')}
${closed.length > 0 ? pullList(repository, 'Closed pull requests', closed, '') : undefined}
<h2>Latest commits on ${state.defaultBranch}</h2><section class="box"><ul class="plain">${commitItems}</ul></section>
<h2>Branches</h2><section class="box"><ul class="plain">${branchItems}</ul></section>`
  return page(repository.fullName, repository, content)
}

/** The page of a commit: message, people, checks and files. */
export async function commitPage(repository: Repository, oid: string): Promise<string> {
  const commit = await readCommit(repository.gitDir, oid)
  const files = await changedFiles(repository.gitDir, commit.parents[0] ?? EMPTY_TREE, oid)
  const [title = '', ...rest] = commit.message.split('\n')
  const text = rest.join('\n').trim()
  const parents = commit.parents.map((parent) => html` ${commitLink(repository, parent)}`)
  const content = html`<h1>${title}</h1>
${text === '' ? undefined : html`<pre>${text}</pre>`}
<p class="muted"><strong>${commit.author.name}</strong> ${commit.author.date}, commit <code>${oid}</code>, parents:${parents}</p>
${filesSection(files)}`
  return page(title, repository, content)
}
