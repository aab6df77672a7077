import { readdir, readFile, readlink } from 'node:fs/promises'
import { execa } from 'execa'

/** What a cluster could leave behind on the machine, as sorted lines. */
export interface Footprint {
  readonly processes: readonly string[]
  readonly mounts: readonly string[]
  readonly interfaces: readonly string[]
  readonly firewall: readonly string[]
  readonly controlGroups: readonly string[]
  readonly sockets: readonly string[]
}

/** Command lines of processes that belong to no session of a person or this test, by a word that only the cluster has. */
async function clusterProcesses(word: string): Promise<string[]> {
  const lines: string[] = []
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    const executable = await readlink(`/proc/${pid}/exe`).catch(() => '')
    const command = (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
    const cgroups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '')
    if (environment.includes(word) || cgroups.includes(word)) lines.push(`${executable} ${command}`)
  }
  return lines.sort()
}

async function lines(command: string, args: readonly string[]): Promise<string[]> {
  const { stdout } = await execa(command, args, { reject: false })
  return stdout.split('\n').filter(Boolean).sort()
}

async function controlGroups(word: string): Promise<string[]> {
  const hierarchies = await readdir('/sys/fs/cgroup').catch(() => [])
  const found = await Promise.all(
    hierarchies.map(async (name) => {
      const groups = await readdir(`/sys/fs/cgroup/${name}`).catch(() => [])
      return groups.filter((group) => group.includes(word)).map((group) => `${name}/${group}`)
    }),
  )
  return [...hierarchies.filter((name) => name.includes(word)), ...found.flat()].sort()
}

/** @param word a word that is in the environment or control group of everything that the cluster starts */
export async function footprint(word: string): Promise<Footprint> {
  const rules = await lines('iptables-save', [])
  return {
    processes: await clusterProcesses(word),
    mounts: (await readFile('/proc/self/mounts', 'utf8')).split('\n').filter(Boolean).sort(),
    interfaces: await lines('ip', ['-oneline', 'link', 'show']),
    // Counters and times differ between two looks; rules do not.
    firewall: rules.filter((line) => line.startsWith('-A')),
    controlGroups: await controlGroups(word),
    sockets: (await lines('ip', ['netns', 'list'])).concat(await readdir('/run/containerd').catch(() => [])),
  }
}
