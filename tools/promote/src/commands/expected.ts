import type { Expected } from '../core/judge.ts'
import type { Observation } from '../core/observation.ts'
import type { Release } from '../core/release.ts'
import type { GitHost } from '../ports/git-host.ts'

/** Answers "does this synced revision contain that commit?", asking the git host once per revision. */
export class Containment {
  private readonly known = new Map<string, boolean>()
  private readonly gitHost: GitHost
  private readonly commit: string

  constructor(gitHost: GitHost, commit: string) {
    this.gitHost = gitHost
    this.commit = commit
  }

  /** Looks up every revision that an observation names. */
  async learn({ application }: Observation): Promise<void> {
    const revisions = [...(application?.revisions ?? []), ...(application?.operation?.revisions ?? [])]
    for (const revision of new Set(revisions)) {
      if (this.known.has(revision) || !/^[0-9a-f]{40}$/.test(revision)) continue
      const { relation } = await this.gitHost.compare(this.commit, revision)
      this.known.set(revision, relation === 'ahead' || relation === 'identical')
    }
  }

  expect(release: Release): Expected {
    return {
      release,
      releaseCommit: this.commit,
      contains: (revision) => this.known.get(revision) ?? false,
    }
  }
}
