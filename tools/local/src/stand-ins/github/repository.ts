import { createHash } from 'node:crypto'
import { access, chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { git } from './git/run.ts'
import { gitDirectory, isRepositoryName, now, stateFile, writeState } from './state/repository.ts'
import type { RepositoryState } from './state/schema.ts'

export interface RepositoryAddress {
  readonly dataDir: string
  readonly owner: string
  readonly name: string
}

export interface NewRepository extends RepositoryAddress {
  /** `main` when not given. */
  readonly defaultBranch?: string
  /** Contexts that must have succeeded before a pull request into the default branch can be merged. */
  readonly requiredChecks?: readonly string[]
}

/** Hands the updated refs to the server, which reads them when `git http-backend` has ended. */
const POST_RECEIVE = '#!/bin/sh\n[ -z "$RECEIVED_REFS" ] || cat > "$RECEIVED_REFS"\n'

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

/**
 * Creates an empty repository, or leaves the one that is there alone. Returns its git directory.
 * Throws when owner or name cannot be a GitHub name.
 */
export async function createRepository(options: NewRepository): Promise<string> {
  const { dataDir, owner, name } = options
  if (!isRepositoryName(owner) || !isRepositoryName(name)) {
    throw new Error(`${owner}/${name} cannot be a repository: use letters, digits, '-', '_' and '.'`)
  }
  const gitDir = gitDirectory(dataDir, owner, name)
  const file = stateFile(dataDir, owner, name)
  if (await exists(file)) return gitDir
  const defaultBranch = options.defaultBranch ?? 'main'
  await mkdir(gitDir, { recursive: true })
  await git(gitDir, ['init', '--bare', '--quiet', `--initial-branch=${defaultBranch}`])
  for (const [key, value] of Object.entries(GIT_CONFIG)) await git(gitDir, ['config', key, value])
  const hook = join(gitDir, 'hooks', 'post-receive')
  await mkdir(join(gitDir, 'hooks'), { recursive: true })
  await writeFile(hook, POST_RECEIVE)
  await chmod(hook, 0o755)
  await writeState(file, emptyState(`${owner}/${name}`, defaultBranch, options.requiredChecks ?? []))
  return gitDir
}

/** As GitHub serves: any commit can be asked for, partial clones work; no background maintenance. */
const GIT_CONFIG: Readonly<Record<string, string>> = {
  'uploadpack.allowAnySHA1InWant': 'true',
  'uploadpack.allowFilter': 'true',
  'receive.autogc': 'false',
  'receive.denyDeletes': 'false',
  'gc.auto': '0',
  'maintenance.auto': 'false',
}

function emptyState(
  fullName: string,
  defaultBranch: string,
  requiredChecks: readonly string[],
): RepositoryState {
  const instant = now()
  return {
    version: 1,
    id: createHash('sha256').update(fullName).digest().readUInt32BE(0),
    defaultBranch,
    createdAt: instant,
    pushedAt: instant,
    nextNumber: 1,
    nextId: 1001,
    requiredChecks: requiredChecks.length > 0 ? { [defaultBranch]: [...requiredChecks] } : {},
    pulls: [],
    comments: [],
    reviews: [],
    statuses: [],
    checkRuns: [],
    deployments: [],
    releases: [],
  }
}
