import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { CheckError } from './errors.ts'

/** The Go modules whose data files say what the running versions accept, and whose go.mod pins each version. */
export const pinnedModules = {
  kubernetes: 'k8s.io/kubernetes',
  'argo-cd': 'github.com/argoproj/argo-cd/v3',
  'argo-rollouts': 'github.com/argoproj/argo-rollouts',
  'external-secrets': 'github.com/external-secrets/external-secrets',
  'metrics-server': 'sigs.k8s.io/metrics-server',
  kustomize: 'sigs.k8s.io/kustomize/kustomize/v5',
} as const

/** Where Argo CD reads an add-on's manifests from: the repository that the Go module is made of. */
export const upstreamRepositories: Partial<Record<keyof typeof pinnedModules, string>> = {
  'argo-cd': 'https://github.com/argoproj/argo-cd.git',
  'argo-rollouts': 'https://github.com/argoproj/argo-rollouts.git',
  'external-secrets': 'https://github.com/external-secrets/external-secrets.git',
  'metrics-server': 'https://github.com/kubernetes-sigs/metrics-server.git',
}

export type PinnedName = keyof typeof pinnedModules
export type Pins = Readonly<Record<PinnedName, string>>

/** Where everything that can be built again is kept; `XDG_CACHE_HOME` is honoured. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'appname')
}

/** Path of the file that pins one program's version. */
export function pinFile(name: string): string {
  return `tools/local/toolchain/${name}/go.mod`
}

/** The version that a go.mod's text requires of `module`, such as `v1.2.3`; undefined when it does not. */
export function requiredVersion(goMod: string, module: string): string | undefined {
  const line = goMod
    .split('\n')
    .map((entry) => entry.trim().replace(/^require\s+/, ''))
    .find((entry) => entry.startsWith(`${module} `) && !entry.includes('=>'))
  return line?.split(/\s+/)[1]
}

/**
 * Reads every pinned version from the toolchain's go.mod files.
 * @throws CheckError `no-pin` when a file or its `require` line is missing.
 */
export async function readPins(root: string): Promise<Pins> {
  const entries = Object.entries(pinnedModules).map(async ([name, module]) => {
    const goMod = await readFile(join(root, pinFile(name)), 'utf8').catch(() => '')
    const version = requiredVersion(goMod, module)
    if (!version)
      throw new CheckError(
        'no-pin',
        `${pinFile(name)} requires no version of ${module}`,
        `add "require ${module} <version>" to it`,
      )
    return [name, version] as const
  })
  return Object.fromEntries(await Promise.all(entries)) as Pins
}

/**
 * The folder of one pinned module in Go's module cache; downloaded on first use.
 * @throws CheckError `module-download` with Go's own reason.
 */
export async function moduleFolder(name: PinnedName, version: string): Promise<string> {
  const module = `${pinnedModules[name]}@${version}`
  const { stdout: modCache } = await go(['env', 'GOMODCACHE'])
  const known = join(modCache.trim(), module)
  if (modCache && existsSync(known)) return known
  const answer = await go(['mod', 'download', '-json', module])
  const parsed = parseDownload(answer.stdout)
  if (parsed.Dir) return parsed.Dir
  const reason = parsed.Error || answer.stderr || 'go did not start'
  throw new CheckError(
    'module-download',
    `cannot fetch ${module}: ${reason.split('\n')[0]}`,
    'check that Go is installed and the module proxy is reachable',
  )
}

/** Runs outside of every module, so that nobody's go.mod or go.work has a say. */
async function go(args: string[]): Promise<{ stdout: string; stderr: string }> {
  const cwd = join(tmpdir(), 'appname-check')
  await mkdir(cwd, { recursive: true })
  const env = { GOFLAGS: '-mod=mod', GOWORK: 'off', GOTOOLCHAIN: 'auto' }
  const { stdout, stderr } = await execa('go', args, { cwd, env, reject: false })
  return { stdout: stdout ?? '', stderr: stderr ?? '' }
}

function parseDownload(stdout: string): { Dir?: string; Error?: string } {
  try {
    return JSON.parse(stdout) as { Dir?: string; Error?: string }
  } catch {
    return {}
  }
}
