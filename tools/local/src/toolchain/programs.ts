import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { checkout } from '../paths.ts'

/** One Go module of `tools/local/toolchain`, and what is built from it. */
export interface GoProgram {
  /** Folder below `tools/local/toolchain`. */
  readonly name: string
  /** The upstream module whose pinned version is the program's version. */
  readonly module: string
  /** Packages to build: binary name → import path. */
  readonly binaries: Readonly<Record<string, string>>
  /** Linker variables to stamp with the version. */
  readonly stamps?: readonly string[]
  /** The program adds the leading `v` of its version itself. */
  readonly bareVersion?: boolean
  readonly cgo?: boolean
  readonly tags?: string
}

const kubernetes = (name: string) => [name, `k8s.io/kubernetes/cmd/${name}`] as const

/** Everything the local cluster runs that is not in Debian; built one after the other, quickest first. */
export const programs: readonly GoProgram[] = [
  {
    name: 'kustomize',
    module: 'sigs.k8s.io/kustomize/kustomize/v5',
    binaries: { kustomize: 'sigs.k8s.io/kustomize/kustomize/v5' },
    stamps: ['sigs.k8s.io/kustomize/api/provenance.version'],
  },
  {
    name: 'runc',
    module: 'github.com/opencontainers/runc',
    binaries: { runc: 'github.com/opencontainers/runc' },
    stamps: ['main.version'],
    cgo: true,
    tags: 'seccomp',
  },
  {
    name: 'etcd',
    module: 'go.etcd.io/etcd/server/v3',
    binaries: { etcd: 'go.etcd.io/etcd/server/v3' },
  },
  {
    name: 'helm',
    module: 'helm.sh/helm/v3',
    binaries: { helm: 'helm.sh/helm/v3/cmd/helm' },
    stamps: ['helm.sh/helm/v3/internal/version.version'],
  },
  {
    name: 'containerd',
    module: 'github.com/containerd/containerd/v2',
    binaries: {
      containerd: 'github.com/containerd/containerd/v2/cmd/containerd',
      'containerd-shim-runc-v2': 'github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2',
      ctr: 'github.com/containerd/containerd/v2/cmd/ctr',
    },
    stamps: ['github.com/containerd/containerd/v2/version.Version'],
  },
  {
    name: 'coredns',
    module: 'github.com/coredns/coredns',
    binaries: { coredns: '.' },
  },
  {
    name: 'kubernetes',
    module: 'k8s.io/kubernetes',
    binaries: Object.fromEntries(
      ['kubectl', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy'].map(
        kubernetes,
      ),
    ),
    stamps: ['k8s.io/component-base/version.gitVersion', 'k8s.io/client-go/pkg/version.gitVersion'],
  },
  {
    name: 'metrics-server',
    module: 'sigs.k8s.io/metrics-server',
    binaries: { 'metrics-server': 'sigs.k8s.io/metrics-server/cmd/metrics-server' },
  },
  {
    name: 'argo-rollouts',
    module: 'github.com/argoproj/argo-rollouts',
    binaries: { 'rollouts-controller': 'github.com/argoproj/argo-rollouts/cmd/rollouts-controller' },
    stamps: ['github.com/argoproj/argo-rollouts/utils/version.version'],
  },
  {
    name: 'external-secrets',
    module: 'github.com/external-secrets/external-secrets',
    binaries: { 'external-secrets': 'github.com/external-secrets/external-secrets' },
  },
  {
    name: 'argo-cd',
    module: 'github.com/argoproj/argo-cd/v3',
    binaries: { argocd: 'github.com/argoproj/argo-cd/v3/cmd' },
    stamps: ['github.com/argoproj/argo-cd/v3/common.version'],
    bareVersion: true,
  },
]

/** The Go release that builds every program; Go's own toolchain switching fetches it. */
export const goToolchain = 'go1.27.3'

/** The folder of a program's Go module. */
export function moduleDir(name: string): string {
  return join(checkout, 'tools/local/toolchain', name)
}

/**
 * The version pinned for a program, with its leading `v`: the one place where it stands is its `go.mod`.
 * @throws when the module is not required there
 */
export function pinnedVersion(name: string): string {
  const program = programs.find((candidate) => candidate.name === name)
  if (!program) throw new Error(`no program named ${name} in tools/local/src/toolchain/programs.ts`)
  const file = join(moduleDir(name), 'go.mod')
  const escaped = program.module.replaceAll(/[.]/g, '\\.')
  const match = readFileSync(file, 'utf8').match(new RegExp(`^(?:require)?\\s*${escaped} (v\\S+)`, 'm'))
  if (!match?.[1]) throw new Error(`${file}: no requirement of ${program.module}`)
  return match[1]
}

/**
 * The folder with an upstream module's own files (manifests, CRDs, API descriptions) at the pinned version,
 * downloaded when missing.
 */
export async function moduleSource(name: string): Promise<string> {
  const module = programs.find((program) => program.name === name)?.module
  const { stdout } = await execa('go', ['mod', 'download', '-json', `${module}@${pinnedVersion(name)}`], {
    cwd: moduleDir(name),
    env: { GOTOOLCHAIN: goToolchain, GOFLAGS: '' },
  })
  return (JSON.parse(stdout) as { Dir: string }).Dir
}
