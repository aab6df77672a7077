import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Octokit } from '@octokit/rest'
import { execa } from 'execa'
import { vi } from 'vitest'
import { createRepository } from '../repository.ts'
import { type GitHub, type GitHubOptions, startGitHub } from '../server.ts'
import { SchemaValidator } from './schema-validator.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

export const OWNER = 'example-org'
export const REPO = 'appname'

let validator: SchemaValidator | undefined

/** The one validator of a test file: reading GitHub's description takes a moment. */
export function schemaValidator(): SchemaValidator {
  validator ??= new SchemaValidator()
  return validator
}

export interface TestGitHub {
  readonly url: string
  readonly dataDir: string
  readonly folder: string
  readonly github: GitHub
  close(): Promise<void>
}

/** Starts a stand-in with the repository example-org/appname on a free port, in a folder of its own. */
export async function startTestGitHub(
  options: Partial<GitHubOptions> & { requiredChecks?: string[] } = {},
): Promise<TestGitHub> {
  const folder = await mkdtemp(join(tmpdir(), 'github-test-'))
  const dataDir = options.dataDir ?? join(folder, 'data')
  const { requiredChecks = [], ...server } = options
  await createRepository({ dataDir, owner: OWNER, name: REPO, requiredChecks })
  const github = await startGitHub({ ...server, dataDir, listen: [{ host: '127.0.0.1', port: 0 }] })
  const close = async () => {
    await github.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { url: github.addresses[0] ?? '', dataDir, folder, github, close }
}

const IDENTITY = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
}

/** Runs the git command line as a person would; returns stdout. */
export async function gitCli(cwd: string, ...args: string[]): Promise<string> {
  const { stdout } = await execa('git', args, { cwd, env: IDENTITY })
  return stdout
}

/** A clone whose main has one commit, pushed. */
export async function seededClone(test: TestGitHub, files: Record<string, string> = { 'a.txt': 'one\n' }) {
  const clone = join(test.folder, 'clone')
  await gitCli(test.folder, 'clone', '--quiet', `${test.url}/${OWNER}/${REPO}.git`, clone)
  await gitCli(clone, 'checkout', '-q', '-B', 'main')
  await commitFiles(clone, files, 'First')
  await gitCli(clone, 'push', '--quiet', 'origin', 'main')
  return clone
}

/** Writes files in a clone and commits them; returns the sha. */
export async function commitFiles(
  clone: string,
  files: Record<string, string>,
  message: string,
): Promise<string> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(clone, path, '..'), { recursive: true })
    await writeFile(join(clone, path), text)
  }
  await gitCli(clone, 'add', '--all')
  await gitCli(clone, 'commit', '--quiet', '--allow-empty', '-m', message)
  return gitCli(clone, 'rev-parse', 'HEAD')
}

/** Pushes a branch with one commit on top of what main is now; returns its sha. */
export async function pushBranch(
  clone: string,
  name: string,
  files: Record<string, string>,
  message = `Change ${name}`,
): Promise<string> {
  await gitCli(clone, 'fetch', '--quiet', 'origin', 'main')
  await gitCli(clone, 'checkout', '--quiet', '-B', name, 'origin/main')
  const sha = await commitFiles(clone, files, message)
  await gitCli(clone, 'push', '--quiet', 'origin', name)
  return sha
}

/** Octokit on the stand-in. Every answer that is not as GitHub's published schema says makes the call fail. */
export function octokitFor(test: TestGitHub, token = 'a-token'): Octokit {
  const octokit = new Octokit({ baseUrl: `${test.url}/api/v3`, auth: token, log: silent })
  const judge = (method: string, route: string, status: number, body: unknown) => {
    const problems = schemaValidator().problems(method, route, status, body)
    if (problems.length > 0) throw new Error(`not GitHub's answer:\n${problems.slice(0, 10).join('\n')}`)
  }
  octokit.hook.wrap('request', async (request, options) => {
    const path = options.url.replace(/^https?:\/\/[^/]+\/api\/v3/, '').replace(/\?.*$/, '')
    const route = schemaValidator().routeOf(path)
    try {
      const response = await request(options)
      judge(options.method, route, response.status, response.data)
      return response
    } catch (error) {
      const response = (error as { response?: { status: number; data: unknown } }).response
      if (response) judge(options.method, route, response.status, response.data)
      throw error
    }
  })
  return octokit
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
