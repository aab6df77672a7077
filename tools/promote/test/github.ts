import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createRepository } from '../../local/src/stand-ins/github/repository.ts'
import { startGitHub } from '../../local/src/stand-ins/github/server.ts'

const run = promisify(execFile)

export type TestGitHub = {
  url: string
  /** A person's commit, pushed to a branch; null removes a file. Answers its id. */
  push(branch: string, subject: string, changes: Record<string, string | null>): Promise<string>
  /** A person merges a pull request, into one commit. */
  merge(number: number): Promise<void>
  /** What git itself says about the repository. */
  git(...args: string[]): Promise<string>
  close(): Promise<void>
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
}

/** The GitHub stand-in with example-org/appname, on a free port. */
export async function startTestGitHub(files: Record<string, string>): Promise<TestGitHub> {
  const folder = await mkdtemp(join(tmpdir(), 'promote-test-'))
  const dataDir = join(folder, 'data')
  await createRepository({ dataDir, owner: 'example-org', name: 'appname' })
  const github = await startGitHub({ dataDir, listen: [{ host: '127.0.0.1', port: 0 }] })
  const url = github.addresses[0] ?? ''
  const clone = join(folder, 'clone')
  const git = async (...args: string[]) => {
    const { stdout } = await run('git', ['-C', clone, ...args], { env: { ...process.env, ...identity } })
    return stdout.trim()
  }
  await run('git', ['clone', '--quiet', `${url}/example-org/appname.git`, clone])
  const push: TestGitHub['push'] = async (branch, subject, changes) => {
    await git('fetch', '--quiet', '--prune', 'origin')
    const start = (await git('branch', '--remotes', '--list', `origin/${branch}`, 'origin/main')).split('\n')
    const from = start.map((line) => line.trim()).toSorted((a) => (a === `origin/${branch}` ? -1 : 1))[0]
    await git('checkout', '--quiet', '-B', branch, ...(from ? [from] : []))
    for (const [path, text] of Object.entries(changes)) {
      await mkdir(dirname(join(clone, path)), { recursive: true })
      if (text === null) await rm(join(clone, path))
      else await writeFile(join(clone, path), text)
    }
    await git('add', '--all')
    await git('commit', '--quiet', '--allow-empty', '-m', subject)
    await git('push', '--quiet', 'origin', branch)
    return git('rev-parse', 'HEAD')
  }
  await push('main', 'Start', files)
  return {
    url,
    push,
    merge: async (number) => {
      const answer = await fetch(`${url}/api/v3/repos/example-org/appname/pulls/${number}/merge`, {
        method: 'PUT',
        headers: { authorization: 'Bearer a-person', 'content-type': 'application/json' },
        body: JSON.stringify({ merge_method: 'squash' }),
      })
      if (!answer.ok) throw new Error(`merge of ${number}: ${answer.status} ${await answer.text()}`)
    },
    git: async (...args) => {
      await git('fetch', '--quiet', '--prune', 'origin')
      return git(...args)
    },
    close: async () => {
      await github.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The variables by which the tool finds the stand-in. */
export function environmentOf({ url }: TestGitHub): Record<string, string> {
  return {
    GITHUB_TOKEN: 'a-token-for-tests',
    GITHUB_REPOSITORY: 'example-org/appname',
    GITHUB_API_URL: `${url}/api/v3`,
    GITHUB_GRAPHQL_URL: `${url}/api/graphql`,
    GITHUB_SERVER_URL: url,
  }
}
