// Runs as the first process inside the cluster's mount, PID and network namespaces: prepares them, then keeps
// every process of the cluster running and carries connections from the host's loopback ports inside.
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { execa } from 'execa'
import { clusterId, state } from '../paths.ts'
import { addresses, forwards, type Ports } from './addresses.ts'
import { writeConfiguration } from './config.ts'
import { ensureCertificates } from './pki.ts'
import { clusterProcesses, configFile, keepRunning } from './processes.ts'

/** First file descriptor that carries a listening socket of the host; the rest follow in the order of `forwards`. */
const firstForward = 3

async function prepareMounts(): Promise<void> {
  await execa('mount', ['--make-rshared', '/'])
  await execa('mount', ['-t', 'tmpfs', '-o', 'mode=755', 'tmpfs', '/run'])
  const resolver = configFile('resolv.conf')
  await execa('mount', ['--bind', resolver, await realpath('/etc/resolv.conf')])
}

/** kubelet wants its root group to exist in every hierarchy; a cpuset is unusable until it has CPUs and memory nodes. */
async function prepareControlGroups(): Promise<void> {
  const root = '/sys/fs/cgroup'
  if (existsSync(join(root, 'cgroup.controllers'))) {
    await mkdir(join(root, clusterId), { recursive: true })
    return
  }
  for (const hierarchy of await readdir(root)) {
    const group = join(root, hierarchy, clusterId)
    await mkdir(group, { recursive: true })
    for (const setting of hierarchy.split(',').includes('cpuset') ? ['cpuset.cpus', 'cpuset.mems'] : []) {
      await writeFile(join(group, setting), await readFile(join(root, hierarchy, setting)))
    }
  }
}

async function prepareNetwork(): Promise<void> {
  const ip = (...args: string[]) => execa('ip', args)
  await ip('link', 'set', 'lo', 'up')
  await ip('link', 'add', 'node0', 'type', 'bridge')
  for (const address of [addresses.node, addresses.github, addresses.registry]) {
    await ip('addr', 'add', `${address}/32`, 'dev', 'node0')
  }
  await ip('link', 'set', 'node0', 'up')
  // The bridge of the CNI plugin exists from the start, so that processes beside the Pods have a route to Services.
  await ip('link', 'add', 'cni0', 'type', 'bridge')
  await ip('addr', 'add', `${addresses.bridge}/24`, 'dev', 'cni0')
  await ip('link', 'set', 'cni0', 'up')
  await ip('route', 'add', addresses.serviceRange, 'dev', 'cni0', 'src', addresses.node)
  for (const setting of ['net/ipv4/ip_forward', 'net/bridge/bridge-nf-call-iptables']) {
    await writeFile(`/proc/sys/${setting}`, '1')
  }
}

function carryConnections(): void {
  Object.values(forwards).forEach((target, index) => {
    const server = createServer({ allowHalfOpen: true }, (outside) => {
      const inside = connect({ ...target, allowHalfOpen: true })
      const end = () => {
        outside.destroy()
        inside.destroy()
      }
      outside.on('error', end)
      inside.on('error', end)
      outside.pipe(inside).pipe(outside)
    })
    server.listen({ fd: firstForward + index })
  })
}

async function main(): Promise<void> {
  for (const dir of ['logs', 'config', 'etcd', 'home', 'pods', 'github'])
    await mkdir(join(state, dir), { recursive: true })
  await ensureCertificates()
  await writeConfiguration(JSON.parse(process.env.APPNAME_PORTS ?? '{}') as Ports)
  await prepareMounts()
  await prepareControlGroups()
  await prepareNetwork()
  carryConnections()
  const stop = new AbortController()
  await Promise.all(clusterProcesses().map((process) => keepRunning(process, stop.signal)))
}

await main()
