import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { checkout, clusterId, logFile, state } from '../paths.ts'
import { binary } from '../toolchain/build.ts'
import { addresses } from './addresses.ts'
import { certificate } from './pki.ts'

/** One process of the cluster, restarted when it ends. */
export interface ClusterProcess {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** Path of a file below the cluster's configuration folder. */
export function configFile(name: string): string {
  return join(state, 'config', name)
}

/** `{ a: 'b' }` → `--a=b`, the way every Kubernetes program takes its flags. */
function flags(values: Readonly<Record<string, string | number | boolean>>): string[] {
  return Object.entries(values).map(([name, value]) => `--${name}=${value}`)
}

function etcd(): ClusterProcess {
  const [client, peer] = ['http://127.0.0.1:2379', 'http://127.0.0.1:2380']
  const args = flags({
    name: 'local',
    'data-dir': join(state, 'etcd'),
    'listen-client-urls': client,
    'advertise-client-urls': client,
    'listen-peer-urls': peer,
    'initial-advertise-peer-urls': peer,
    'initial-cluster': `local=${peer}`,
    // A cluster that is thrown away needs no protection from a power cut, and the disk is the slowest part.
    'unsafe-no-fsync': true,
    'log-level': 'warn',
  })
  return { name: 'etcd', command: binary('etcd'), args }
}

function apiServer(): ClusterProcess {
  const own = certificate('apiserver')
  const kubelet = certificate('apiserver-kubelet')
  const frontProxy = certificate('front-proxy')
  const serviceAccounts = certificate('service-accounts')
  const args = flags({
    'etcd-servers': 'http://127.0.0.1:2379',
    'advertise-address': addresses.node,
    'bind-address': addresses.node,
    'service-cluster-ip-range': addresses.serviceRange,
    'client-ca-file': certificate('cluster-ca').cert,
    'tls-cert-file': own.cert,
    'tls-private-key-file': own.key,
    'kubelet-client-certificate': kubelet.cert,
    'kubelet-client-key': kubelet.key,
    'kubelet-certificate-authority': certificate('cluster-ca').cert,
    'kubelet-preferred-address-types': 'InternalIP',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': serviceAccounts.cert,
    'service-account-signing-key-file': serviceAccounts.key,
    'requestheader-client-ca-file': certificate('front-proxy-ca').cert,
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'proxy-client-cert-file': frontProxy.cert,
    'proxy-client-key-file': frontProxy.key,
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': true,
    'enable-aggregator-routing': true,
    profiling: false,
  })
  return { name: 'kube-apiserver', command: binary('kube-apiserver'), args }
}

function controllerManager(): ClusterProcess {
  const serviceAccounts = certificate('service-accounts')
  const args = flags({
    kubeconfig: configFile('kube-controller-manager.kubeconfig'),
    'root-ca-file': certificate('cluster-ca').cert,
    'service-account-private-key-file': serviceAccounts.key,
    'use-service-account-credentials': true,
    'bind-address': '127.0.0.1',
    'leader-elect': false,
    'cluster-signing-cert-file': certificate('cluster-ca').cert,
    'cluster-signing-key-file': certificate('cluster-ca').key,
    // The default, 5 minutes, would keep a failed test waiting for a Pod that is long gone.
    'horizontal-pod-autoscaler-sync-period': '15s',
  })
  return { name: 'kube-controller-manager', command: binary('kube-controller-manager'), args }
}

function scheduler(): ClusterProcess {
  const args = flags({
    kubeconfig: configFile('kube-scheduler.kubeconfig'),
    'bind-address': '127.0.0.1',
    'leader-elect': false,
  })
  return { name: 'kube-scheduler', command: binary('kube-scheduler'), args }
}

function containerd(): ClusterProcess {
  return {
    name: 'containerd',
    command: binary('containerd'),
    args: ['--config', configFile('containerd.toml')],
  }
}

function kubelet(): ClusterProcess {
  const args = flags({
    kubeconfig: configFile('kubelet.kubeconfig'),
    config: configFile('kubelet.yaml'),
    'hostname-override': 'local',
    'node-ip': addresses.node,
    'root-dir': join(state, 'kubelet'),
  })
  return { name: 'kubelet', command: binary('kubelet'), args }
}

function kubeProxy(): ClusterProcess {
  return {
    name: 'kube-proxy',
    command: binary('kube-proxy'),
    args: ['--config', configFile('kube-proxy.yaml')],
  }
}

function coredns(): ClusterProcess {
  return { name: 'coredns', command: binary('coredns'), args: ['-conf', configFile('Corefile')] }
}

function registry(): ClusterProcess {
  return { name: 'registry', command: 'docker-registry', args: ['serve', configFile('registry.yaml')] }
}

function github(): ClusterProcess {
  return {
    name: 'github',
    command: process.execPath,
    args: [
      '--import',
      'tsx',
      join(checkout, 'tools/local/src/stand-ins/github/main.ts'),
      configFile('github.json'),
    ],
  }
}

/** Every process of the cluster, in the order in which they start; none waits for another, each retries on its own. */
export function clusterProcesses(): ClusterProcess[] {
  return [
    etcd(),
    registry(),
    containerd(),
    apiServer(),
    controllerManager(),
    scheduler(),
    kubelet(),
    kubeProxy(),
    coredns(),
    github(),
  ]
}

/** The environment of a cluster process: what it needs to find its own programs, and nothing of the host's proxies. */
function environment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  const runtime = [binary('containerd-shim-runc-v2'), binary('runc')]
    .map((path) => join(path, '..'))
    .join(':')
  const path = [runtime, process.env.PATH, '/usr/sbin', '/sbin'].join(':')
  return { PATH: path, HOME: join(state, 'home'), LANG: 'C.UTF-8', APPNAME_CLUSTER: clusterId, ...extra }
}

/**
 * Runs a process for as long as the cluster lives; when it ends, it is started again after a pause
 * that grows to 5 s, so that a broken one does not eat the machine.
 */
export async function keepRunning(process: ClusterProcess, stopped: AbortSignal): Promise<void> {
  const log = openSync(logFile(process.name), 'a')
  let pause = 200
  while (!stopped.aborted) {
    const started = Date.now()
    const running = spawn(process.command, process.args, {
      env: environment(process.env),
      stdio: ['ignore', log, log],
      cwd: state,
    })
    const [code, signal] = await once(running, 'exit').catch((error: Error) => [error.message])
    if (stopped.aborted) return
    console.log(`${process.name} ended (${signal ?? code}); starting it again`)
    pause = Date.now() - started > 10_000 ? 200 : Math.min(pause * 2, 5_000)
    await delay(pause)
  }
}
