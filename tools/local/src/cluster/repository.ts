import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { facts } from '../facts.ts'
import { checkout, state } from '../paths.ts'
import { seedFromCheckout, seedFromDirectory } from '../stand-ins/github/seed.ts'
import { moduleSource, pinnedVersion } from '../toolchain/programs.ts'

const dataDir = join(state, 'github')
const { owner, name } = facts.repository

/** `owner/name` of the product's repository. */
export const repository = `${owner}/${name}`

/** The bare repository behind the local GitHub's copy of this project. */
export const gitDir = join(dataDir, owner, `${name}.git`)

/** Upstream repositories that Applications read, and which of their files those need. */
const mirrors = [
  { program: 'argo-cd', owner: 'argoproj', name: 'argo-cd', folders: ['manifests'] },
  { program: 'argo-rollouts', owner: 'argoproj', name: 'argo-rollouts', folders: ['manifests'] },
  {
    program: 'external-secrets',
    owner: 'external-secrets',
    name: 'external-secrets',
    folders: ['deploy', 'config'],
  },
  { program: 'metrics-server', owner: 'kubernetes-sigs', name: 'metrics-server', folders: ['manifests'] },
] as const

/**
 * Removes a chart's optional dependencies: Argo CD would fetch them before rendering, from outside.
 * The one difference between a mirror and its upstream.
 */
async function dropChartDependencies(chart: string): Promise<void> {
  const text = await readFile(chart, 'utf8')
  await writeFile(chart, text.replace(/^dependencies:\n(?:[ -].*\n?)*/m, ''))
}

async function seedMirror(mirror: (typeof mirrors)[number]): Promise<void> {
  const source = await moduleSource(mirror.program)
  const directory = await mkdtemp(join(tmpdir(), 'mirror-'))
  try {
    for (const folder of mirror.folders) {
      await cp(join(source, folder), join(directory, folder), { recursive: true })
    }
    await execa('chmod', ['-R', 'u+w', directory])
    if (mirror.program === 'external-secrets') {
      await dropChartDependencies(join(directory, 'deploy/charts/external-secrets/Chart.yaml'))
    }
    const tag = pinnedVersion(mirror.program)
    await seedFromDirectory({ dataDir, owner: mirror.owner, name: mirror.name, directory, tag })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/**
 * Fills the local GitHub before it starts: this checkout (uncommitted work as one commit on top) and the upstream
 * repositories. What is there already stays.
 */
export async function seedRepositories(): Promise<void> {
  await seedFromCheckout({ dataDir, owner, name, checkout })
  await Promise.all(mirrors.map(seedMirror))
}

/** The commit that `main` of the local GitHub's copy names. */
export async function mainCommit(): Promise<string> {
  const { stdout } = await execa('git', ['--git-dir', gitDir, 'rev-parse', 'refs/heads/main'])
  return stdout
}
