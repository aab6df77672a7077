import { readdir, readFile, readlink } from 'node:fs/promises'
import { basename } from 'node:path'

/** Resident memory of a program, shared pages split between those who share them (PSS), MiB. */
export interface ProgramMemory {
  readonly program: string
  readonly processes: number
  readonly mebibytes: number
}

async function programOf(pid: string): Promise<string> {
  const executable = basename(await readlink(`/proc/${pid}/exe`).catch(() => ''))
  if (executable !== 'node' && executable !== 'argocd' && executable !== 'python3.11') return executable
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
  const script = words.slice(1).find((word) => /\.(c?js|ts|py)$/.test(word))
  if (executable === 'argocd')
    return basename(words.find((word) => basename(word).startsWith('argocd')) ?? executable)
  return script ? `${executable} ${basename(script)}` : executable
}

/** Memory of every process of the cluster, by program, largest first. @param word a word that only their environment or control group has */
export async function measureMemory(word: string): Promise<ProgramMemory[]> {
  const totals = new Map<string, { processes: number; kibibytes: number }>()
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
    if (!(await read('environ')).includes(word) && !(await read('cgroup')).includes(word)) continue
    const kibibytes = Number((await read('smaps_rollup')).match(/^Pss:\s+(\d+)/m)?.[1] ?? 0)
    const program = await programOf(pid)
    const sum = totals.get(program) ?? { processes: 0, kibibytes: 0 }
    totals.set(program, { processes: sum.processes + 1, kibibytes: sum.kibibytes + kibibytes })
  }
  return [...totals]
    .map(([program, { processes, kibibytes }]) => ({ program, processes, mebibytes: kibibytes / 1024 }))
    .sort((a, b) => b.mebibytes - a.mebibytes)
}
