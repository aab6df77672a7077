// Measures the whole side by side in one run and prints Markdown; docs/benchmarks.md holds a run's output.
// It brings the cluster down and up again, so nothing of a running one is kept.

import { readdir } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { measureMemory } from './local/bench/memory.ts'
import { measureSync } from './local/bench/synced.ts'
import { stopCluster } from './local/src/cluster/lifecycle.ts'
import { repository } from './local/src/cluster/repository.ts'
import { up } from './local/src/commands/up.ts'
import { report } from './local/src/failure.ts'
import { checkout, clusterId } from './local/src/paths.ts'
import { say } from './local/src/progress.ts'
import { promote } from './local/src/promote.ts'
import { binary } from './local/src/toolchain/build.ts'

/** Seconds that `work` takes, the middle one of `rounds`. */
async function median(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const started = performance.now()
    await work()
    times.push((performance.now() - started) / 1000)
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN
}

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => (typeof value === 'number' ? value.toFixed(2) : value)
  const line = (cells: readonly (string | number)[]) => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** The folders of `workloads/` that Argo CD renders. */
async function overlays(): Promise<string[]> {
  const root = join(checkout, 'workloads/appname/envs')
  const environments = await readdir(root)
  return environments.flatMap((name) => ['namespace', 'release'].map((part) => join(root, name, part)))
}

async function main(): Promise<void> {
  await stopCluster()
  say('bench: warm up')
  const { cluster, phases } = await up(15 * 60_000)
  const github = `http://127.0.0.1:${cluster.ports.github}/${repository}.git`
  const again = await median(3, () => up(60_000))
  say('bench: memory')
  const memory = await measureMemory(clusterId)
  say('bench: push to Synced, five times with the webhook, twice by polling (minutes)')
  const sync = await measureSync(github)
  say('bench: plan and render')
  const folders = await overlays()
  const kustomize = binary('kustomize')
  const rendering = await median(5, async () => {
    for (const folder of folders) await execa(kustomize, ['build', folder])
  })
  const plan = await median(5, () => promote(cluster.ports, ['stage', 'prod', '--dry-run', '--json']))
  const start = await median(5, () => promote(cluster.ports, ['--help']))
  await stopCluster()

  const middle = (values: number[]) =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
  const total = memory.reduce((sum, { mebibytes }) => sum + mebibytes, 0)
  console.log(
    [
      `${cpus().length} cores (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
      '## Warm `npm run local -- up`, seconds by phase',
      table(
        ['phase', 'seconds'],
        [...Object.entries(phases.seconds), ['again, with everything in place', again]],
      ),
      '## From the end of a push to Synced, seconds',
      table(
        ['how Argo CD learns of it', 'runs', 'median', 'all', 'ratio'],
        (['webhook', 'polling'] as const).map((how) => [
          how,
          String(sync[how].length),
          middle(sync[how]),
          sync[how].map((value) => value.toFixed(1)).join(', '),
          middle(sync[how]) / middle(sync.webhook),
        ]),
      ),
      '## Plan and render, seconds',
      table(
        ['what', 'median', 'ratio'],
        [
          [`one \`kustomize build\` per overlay, ${folders.length} overlays`, rendering, 1],
          ['`promote stage prod --dry-run` as a process', plan, plan / rendering],
          ['`promote --help`: what of that is starting the program', start, start / rendering],
        ],
      ),
      `## Memory by program, MiB (PSS), ${total.toFixed(0)} in all`,
      table(
        ['program', 'processes', 'MiB'],
        memory
          .slice(0, 25)
          .map(({ program, processes, mebibytes }) => [program, String(processes), mebibytes]),
      ),
    ].join('\n\n'),
  )
}

await main().catch((error: unknown) => {
  process.exitCode = report(error)
})
