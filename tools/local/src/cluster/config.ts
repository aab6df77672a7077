import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { registryConfig } from '../images/registry.ts'
import { clusterId, state } from '../paths.ts'
import { addresses, names, type Ports } from './addresses.ts'
import { certificate, writeKubeconfig } from './pki.ts'
import { configFile } from './processes.ts'

/** The pause image every sandbox runs; built by the images step under this name. */
export const pauseImage = 'registry.k8s.io/pause:3.10.1'

function containerdConfig(): string {
  const runtime = `plugins.'io.containerd.cri.v1.runtime'`
  const images = `plugins.'io.containerd.cri.v1.images'`
  return `version = 3
root = '${join(state, 'containerd')}'
state = '/run/containerd'
disabled_plugins = ['io.containerd.nri.v1.nri', 'io.containerd.tracing.processor.v1.otlp', 'io.containerd.internal.v1.tracing']

[grpc]
address = '/run/containerd/containerd.sock'

[${images}]
snapshotter = 'overlayfs'
max_concurrent_downloads = 4

[${images}.pinned_images]
sandbox = '${pauseImage}'

[${images}.registry]
config_path = '${join(state, 'config', 'registries')}'

[${runtime}]
# Where CAP_SYS_RESOURCE is missing, lowering the score fails every sandbox.
restrict_oom_score_adj = true
enable_selinux = false
disable_apparmor = true

[${runtime}.cni]
bin_dirs = ['/usr/lib/cni']
conf_dir = '${join(state, 'config', 'cni')}'

[${runtime}.containerd]
default_runtime_name = 'runc'

[${runtime}.containerd.runtimes.runc]
runtime_type = 'io.containerd.runc.v2'

[${runtime}.containerd.runtimes.runc.options]
SystemdCgroup = false
`
}

/** Every registry name leads to the local registry: manifests name production's images. */
function registryHosts(): string {
  return `[host."http://${addresses.registry}:5000"]\n  capabilities = ["pull", "resolve"]\n`
}

function cniConfig(): object {
  return {
    cniVersion: '1.0.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'cni0',
        isDefaultGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: { type: 'host-local', dataDir: '/run/cni', ranges: [[{ subnet: addresses.podRange }]] },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
}

function kubeletConfig(): object {
  const own = certificate('kubelet')
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: certificate('cluster-ca').cert },
    },
    authorization: { mode: 'Webhook' },
    address: addresses.node,
    tlsCertFile: own.cert,
    tlsPrivateKeyFile: own.key,
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    clusterDNS: [addresses.dns],
    clusterDomain: 'cluster.local',
    resolvConf: configFile('resolv.conf'),
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${clusterId}`,
    cgroupsPerQOS: true,
    failCgroupV1: false,
    failSwapOn: false,
    podLogsDir: join(state, 'pods'),
    maxPods: 110,
    // The machine's disk belongs to others too: its being full is not a reason to evict.
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    serializeImagePulls: false,
    maxParallelImagePulls: 4,
    // Image pulls and crashes are retried sooner than in production, where waiting costs nobody anything.
    crashLoopBackOff: { maxContainerRestartPeriod: '20s' },
    syncFrequency: '10s',
    shutdownGracePeriod: '0s',
  }
}

function kubeProxyConfig(): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: configFile('kube-proxy.kubeconfig') },
    hostnameOverride: 'local',
    clusterCIDR: addresses.podRange,
    mode: 'iptables',
    iptables: { minSyncPeriod: '100ms' },
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  }
}

/** DNS: the cluster's Services, production's names for what stands in here, and nothing else. */
function corefile(): string {
  const hosts = [
    ...names.github.map((name) => `${addresses.github} ${name}`),
    ...names.aws.map((name) => `${addresses.aws} ${name}`),
    ...Object.entries(names.redis).map(
      ([env, name]) => `${addresses.redis[env as keyof typeof names.redis]} ${name}`,
    ),
  ]
  return `.:53 {
    bind ${addresses.node}
    errors
    ready ${addresses.node}:8181
    hosts {
${hosts.map((line) => `        ${line}`).join('\n')}
        fallthrough
    }
    template IN A ${names.domain} {
        answer "{{ .Name }} 30 IN A ${addresses.alb}"
    }
    template IN AAAA ${names.domain} {
        rcode NOERROR
    }
    template IN A ${names.aws.at(-1)} {
        answer "{{ .Name }} 30 IN A ${addresses.aws}"
    }
    kubernetes cluster.local in-addr.arpa {
        kubeconfig ${configFile('coredns.kubeconfig')}
        pods insecure
        ttl 5
    }
    cache 5
}
`
}

/** The secret that GitHub signs its webhooks with, as Argo CD knows it. */
export const webhookSecret = 'local-webhook-secret'

function githubConfig(ports: Ports): object {
  const { key, cert } = certificate('github')
  const webhook = (url: string) => ({ url, secret: webhookSecret, events: ['push', 'pull_request'] })
  return {
    dataDir: join(state, 'github'),
    listen: [
      { host: addresses.github, port: 443, tls: { keyFile: key, certFile: cert } },
      { host: addresses.github, port: 80 },
    ],
    publicUrl: `http://127.0.0.1:${ports.github}`,
    webhooks: [
      webhook('http://argocd-server.argocd.svc.cluster.local/api/webhook'),
      webhook('http://argocd-applicationset-controller.argocd.svc.cluster.local:7000/api/webhook'),
    ],
  }
}

/** Writes every configuration file of the cluster's processes. */
export async function writeConfiguration(ports: Ports): Promise<void> {
  const registries = join(state, 'config', 'registries', '_default')
  const cni = join(state, 'config', 'cni')
  for (const dir of [registries, cni]) await mkdir(dir, { recursive: true })
  const json = (value: object) => JSON.stringify(value, null, 2)
  const files: Record<string, string> = {
    'containerd.toml': containerdConfig(),
    'registries/_default/hosts.toml': registryHosts(),
    'cni/10-pods.conflist': json(cniConfig()),
    'kubelet.yaml': json(kubeletConfig()),
    'kube-proxy.yaml': json(kubeProxyConfig()),
    Corefile: corefile(),
    'resolv.conf': `nameserver ${addresses.node}\nsearch svc.cluster.local cluster.local\n`,
    'registry.yaml': json(registryConfig(`${addresses.registry}:5000`)),
    'github.json': json(githubConfig(ports)),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(configFile(name), text)
  for (const name of ['kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'coredns', 'kubelet']) {
    await writeKubeconfig(configFile(`${name}.kubeconfig`), name, `https://${addresses.node}:6443`)
  }
}
