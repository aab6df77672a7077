import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Failure } from '../failure.ts'
import { checkout, clusterId, kubeconfig, logFile, state } from '../paths.ts'
import { type ForwardName, forwards, type Ports } from './addresses.ts'
import { ensureCertificates, writeKubeconfig } from './pki.ts'

/** The running cluster: the one process that holds its namespaces, and its ports on 127.0.0.1. */
export interface RunningCluster {
  readonly pid: number
  /** Start time of the process in clock ticks since boot: tells it from a later one with the same id. */
  readonly startTime: string
  readonly ports: Ports
}

const recordFile = join(state, 'cluster.json')

async function startTimeOf(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** The cluster of this checkout, when its process is alive. */
export async function runningCluster(): Promise<RunningCluster | undefined> {
  try {
    const record = JSON.parse(await readFile(recordFile, 'utf8')) as RunningCluster
    return (await startTimeOf(record.pid)) === record.startTime ? record : undefined
  } catch {
    return undefined
  }
}

/** The running cluster. @throws Failure when there is none */
export async function requireCluster(): Promise<RunningCluster> {
  const cluster = await runningCluster()
  if (!cluster) throw new Failure('the local cluster is not running', 'start it with: npm run local -- up')
  return cluster
}

async function listen(port: number): Promise<Server> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, backlog: 511 }, resolve)
  })
  return server
}

/** Listens on the checkout's own port for each forward, or on any free one when somebody has it. */
async function openPorts(): Promise<Server[]> {
  const base = 20_000 + (Number.parseInt(clusterId.slice(-8), 16) % 2_000) * 10
  return Promise.all(Object.keys(forwards).map((_, index) => listen(base + index).catch(() => listen(0))))
}

function descriptor(server: Server): number {
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle
  return fd
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen')
  return address.port
}

/** Starts the cluster's one process. Its children live in namespaces of their own and die with it. */
export async function startCluster(): Promise<RunningCluster> {
  await mkdir(join(state, 'logs'), { recursive: true })
  await ensureCertificates()
  const servers = await openPorts()
  const ports = Object.fromEntries(
    Object.keys(forwards).map((name, index) => [name, portOf(servers[index] as Server)]),
  ) as Record<ForwardName, number>
  const log = openSync(logFile('agent'), 'a')
  const child = spawn(
    'unshare',
    [
      ...['--mount', '--pid', '--net', '--fork', '--mount-proc', '--kill-child=SIGKILL', '--'],
      ...['tini', '-s', '-g', '--', process.execPath, '--import', 'tsx'],
      join(checkout, 'tools/local/src/cluster/agent.ts'),
    ],
    {
      detached: true,
      cwd: checkout,
      env: { ...process.env, APPNAME_CLUSTER: clusterId, APPNAME_PORTS: JSON.stringify(ports) },
      stdio: ['ignore', log, log, ...servers.map(descriptor)],
    },
  )
  const pid = child.pid
  if (pid === undefined) throw new Failure('unshare could not be started', 'is util-linux installed?')
  child.unref()
  for (const server of servers) server.close()
  const startTime = await startTimeOf(pid)
  if (startTime === undefined) throw new Failure('the cluster ended at once', `read ${logFile('agent')}`)
  const cluster: RunningCluster = { pid, startTime, ports }
  await writeFile(recordFile, JSON.stringify(cluster, null, 2))
  await writeKubeconfig(kubeconfig, 'admin', `https://127.0.0.1:${ports.kubernetes}`)
  return cluster
}

/** Ends the cluster's process, and with it every process, mount, interface and firewall rule of the cluster. */
export async function stopCluster(): Promise<boolean> {
  const cluster = await runningCluster()
  if (cluster) {
    process.kill(cluster.pid, 'SIGKILL')
    while ((await startTimeOf(cluster.pid)) === cluster.startTime) await delay(50)
  }
  await removeRemains()
  return cluster !== undefined
}

/** Removes the state folder and the empty control groups that outlive the namespaces. */
export async function removeRemains(): Promise<void> {
  const root = '/sys/fs/cgroup'
  const hierarchies = (await readdir(root, { withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name, clusterId))
  for (const group of [join(root, clusterId), ...hierarchies]) await removeGroup(group)
  await rm(state, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
}

async function removeGroup(path: string, attempts = 50): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => undefined)
  if (!entries) return
  for (const entry of entries) if (entry.isDirectory()) await removeGroup(join(path, entry.name))
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      return await rmdir(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
      // The kernel needs a moment to let go of the last process.
      await delay(100)
    }
  }
}
