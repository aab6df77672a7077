import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import type { Ports } from './cluster/addresses.ts'
import { repository } from './cluster/repository.ts'
import { Failure } from './failure.ts'
import { checkout, kubeconfig, state } from './paths.ts'
import { binary } from './toolchain/build.ts'

/** What tells the promotion tool to use the local GitHub, registry and cluster; the names are GitHub Actions' own. */
export function promoteEnvironment(ports: Ports): Record<string, string> {
  const github = `http://127.0.0.1:${ports.github}`
  return {
    GITHUB_TOKEN: 'local',
    GITHUB_REPOSITORY: repository,
    GITHUB_API_URL: `${github}/api/v3`,
    GITHUB_GRAPHQL_URL: `${github}/api/graphql`,
    GITHUB_SERVER_URL: github,
    PROMOTE_REGISTRY_ENDPOINT: `http://127.0.0.1:${ports.registry}`,
    KUBECONFIG: kubeconfig,
    KUSTOMIZE: binary('kustomize'),
  }
}

/** Writes the same for people: `npm run promote` reads this file while the cluster is there. */
export async function writeServicesFile(ports: Ports): Promise<void> {
  const lines = Object.entries(promoteEnvironment(ports)).map(([name, value]) => `${name}=${value}\n`)
  await writeFile(join(state, 'env'), lines.join(''))
}

/** What a run of the promotion tool gave. */
export interface PromoteRun {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the promotion tool as a person would, against the local cluster. */
export async function promote(ports: Ports, args: readonly string[]): Promise<PromoteRun> {
  const cli = join(checkout, 'tools/promote/src/cli.ts')
  const done = await execa(process.execPath, ['--import', 'tsx', cli, ...args], {
    cwd: checkout,
    env: promoteEnvironment(ports),
    reject: false,
    stdin: 'ignore',
  })
  return { exitCode: done.exitCode ?? 1, stdout: done.stdout, stderr: done.stderr }
}

/** Runs the promotion tool; any exit code but those expected is a failure with the tool's own words. */
export async function promoteOrFail(
  ports: Ports,
  args: readonly string[],
  accepted: readonly number[] = [0],
): Promise<PromoteRun> {
  const run = await promote(ports, args)
  if (!accepted.includes(run.exitCode)) {
    throw new Failure(`promote ${args.join(' ')} ended with ${run.exitCode}:\n${run.stdout}\n${run.stderr}`)
  }
  return run
}
