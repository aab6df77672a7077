import type { Octokit } from '@octokit/rest'
import { afterAll, beforeAll } from 'vitest'
import {
  OWNER,
  octokitFor,
  pushBranch,
  REPO,
  seededClone,
  startTestGitHub,
  type TestGitHub,
} from './harness.ts'

/** One stand-in for all tests of a file, with a clone of the repository and a client. */
export class WithRepository {
  readonly repo = { owner: OWNER, repo: REPO }
  #started: { github: TestGitHub; clone: string; octokit: Octokit } | undefined

  constructor() {
    beforeAll(async () => {
      const github = await startTestGitHub()
      const clone = await seededClone(github, { 'a.txt': 'one\n', 'docs/guide.md': '# Guide\n' })
      this.#started = { github, clone, octokit: octokitFor(github) }
    })
    afterAll(() => this.#started?.github.close())
  }

  get octokit(): Octokit {
    return this.#running.octokit
  }

  get clone(): string {
    return this.#running.clone
  }

  get url(): string {
    return this.#running.github.url
  }

  get #running() {
    if (!this.#started) throw new Error('only tests may use it, not the file around them')
    return this.#started
  }

  /** Pushes a branch with one commit on top of what main is now; returns its sha. */
  branch(name: string, files: Record<string, string>, message?: string): Promise<string> {
    return pushBranch(this.clone, name, files, message)
  }

  /** Where main stands. */
  async mainHead(): Promise<string> {
    return (await this.octokit.git.getRef({ ...this.repo, ref: 'heads/main' })).data.object.sha
  }
}
