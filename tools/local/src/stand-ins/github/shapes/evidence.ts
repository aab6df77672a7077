import type { Repository } from '../state/repository.ts'
import type { CheckRun, CommitStatus, Deployment, DeploymentStatus, Release } from '../state/schema.ts'
import { repositoryPage, repositoryUrl } from './repository.ts'
import { type Links, userShape } from './user.ts'

/** GitHub's status. */
export function statusShape(links: Links, repository: Repository, status: CommitStatus) {
  const creator = userShape(links, status.creator)
  return {
    url: `${repositoryUrl(links, repository)}/statuses/${status.oid}`,
    avatar_url: creator.avatar_url,
    id: status.id,
    node_id: `SC_${status.id}`,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator,
  }
}

/** GitHub's check-run. */
export function checkRunShape(links: Links, repository: Repository, run: CheckRun) {
  const url = `${repositoryUrl(links, repository)}/check-runs/${run.id}`
  return {
    id: run.id,
    node_id: `CR_${run.id}`,
    head_sha: run.oid,
    external_id: run.externalId,
    url,
    html_url: `${repositoryPage(links, repository)}/runs/${run.id}`,
    details_url: run.detailsUrl,
    status: run.status,
    conclusion: run.conclusion,
    started_at: run.startedAt,
    completed_at: run.completedAt,
    output: {
      title: run.title,
      summary: run.summary,
      text: run.text,
      annotations_count: 0,
      annotations_url: `${url}/annotations`,
    },
    name: run.name,
    check_suite: { id: run.id },
    app: null,
    pull_requests: [],
  }
}

function deploymentUrl(links: Links, repository: Repository, id: number): string {
  return `${repositoryUrl(links, repository)}/deployments/${id}`
}

/** GitHub's deployment. */
export function deploymentShape(links: Links, repository: Repository, deployment: Deployment) {
  const url = deploymentUrl(links, repository, deployment.id)
  return {
    url,
    id: deployment.id,
    node_id: `DE_${deployment.id}`,
    sha: deployment.oid,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: userShape(links, deployment.creator),
    created_at: deployment.createdAt,
    updated_at: deployment.updatedAt,
    statuses_url: `${url}/statuses`,
    repository_url: repositoryUrl(links, repository),
    transient_environment: deployment.transient,
    production_environment: deployment.production,
  }
}

/** GitHub's deployment-status. */
export function deploymentStatusShape(
  links: Links,
  repository: Repository,
  id: number,
  status: DeploymentStatus,
) {
  const deployment = deploymentUrl(links, repository, id)
  return {
    url: `${deployment}/statuses/${status.id}`,
    id: status.id,
    node_id: `DES_${status.id}`,
    state: status.state,
    creator: userShape(links, status.creator),
    description: status.description,
    environment: status.environment,
    target_url: status.logUrl,
    log_url: status.logUrl,
    environment_url: status.environmentUrl,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    deployment_url: deployment,
    repository_url: repositoryUrl(links, repository),
  }
}

/** GitHub's release. */
export function releaseShape(links: Links, repository: Repository, release: Release) {
  const api = repositoryUrl(links, repository)
  const page = repositoryPage(links, repository)
  const tag = encodeURIComponent(release.tag)
  return {
    url: `${api}/releases/${release.id}`,
    html_url: `${page}/releases/tag/${tag}`,
    assets_url: `${api}/releases/${release.id}/assets`,
    upload_url: `${api}/releases/${release.id}/assets{?name,label}`,
    tarball_url: `${api}/tarball/${tag}`,
    zipball_url: `${api}/zipball/${tag}`,
    id: release.id,
    node_id: `RE_${release.id}`,
    tag_name: release.tag,
    target_commitish: release.target,
    name: release.name,
    body: release.body,
    draft: release.draft,
    prerelease: release.prerelease,
    created_at: release.createdAt,
    published_at: release.publishedAt,
    author: userShape(links, release.author),
    assets: [],
  }
}
