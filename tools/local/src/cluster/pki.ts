import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { facts } from '../facts.ts'
import { cache, state } from '../paths.ts'
import { addresses, names } from './addresses.ts'

/** A certificate authority: paths of its key and certificate, PEM. */
export interface Authority {
  readonly key: string
  readonly cert: string
}

/** Where a certificate of the cluster lies, PEM. */
export function certificate(name: string): Authority {
  return { key: join(state, 'pki', `${name}.key`), cert: join(state, 'pki', `${name}.crt`) }
}

async function openssl(args: readonly string[]): Promise<void> {
  await execa('openssl', args)
}

async function createAuthority(at: Authority, commonName: string): Promise<void> {
  if (existsSync(at.cert)) return
  const subject = `/CN=${commonName}`
  await openssl([
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', at.key, '-out', at.cert, '-days', '3650', '-subj', subject],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
  ])
}

/**
 * The authority that signs what plays a public service (github.com, AWS, the ALB).
 * It lives in the cache, because base images trust it.
 */
export async function publicAuthority(): Promise<Authority> {
  const dir = join(cache, 'pki')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  const at = { key: join(dir, 'ca.key'), cert: join(dir, 'ca.crt') }
  await createAuthority(at, 'appname local CA')
  return at
}

interface Leaf {
  readonly name: string
  readonly authority: Authority
  readonly commonName: string
  readonly organization?: string
  /** DNS names and IP addresses; none for a client certificate. */
  readonly hosts?: readonly string[]
}

async function issue({ name, authority, commonName, organization, hosts = [] }: Leaf): Promise<void> {
  const at = certificate(name)
  if (existsSync(at.cert)) return
  const request = join(state, 'pki', `${name}.csr`)
  const subject = `${organization ? `/O=${organization}` : ''}/CN=${commonName}`
  await openssl([
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', at.key, '-out', request, '-subj', subject],
  ])
  const alternatives = hosts.map((host) => (/^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`)).join(',')
  const extensions = [
    'basicConstraints=CA:FALSE',
    'keyUsage=critical,digitalSignature',
    'extendedKeyUsage=clientAuth,serverAuth',
    ...(alternatives ? [`subjectAltName=${alternatives}`] : []),
  ].join('\n')
  const extensionFile = join(state, 'pki', `${name}.ext`)
  await writeFile(extensionFile, extensions)
  await openssl([
    ...['x509', '-req', '-in', request, '-CA', authority.cert, '-CAkey', authority.key, '-CAcreateserial'],
    ...['-out', at.cert, '-days', '825', '-extfile', extensionFile],
  ])
  await Promise.all([rm(request), rm(extensionFile)])
}

/** Creates what is missing of the cluster's certificates and keys. Existing ones stay. */
export async function ensureCertificates(): Promise<void> {
  await mkdir(join(state, 'pki'), { recursive: true, mode: 0o700 })
  const cluster = certificate('cluster-ca')
  const frontProxy = certificate('front-proxy-ca')
  const [services] = await Promise.all([
    publicAuthority(),
    createAuthority(cluster, 'kubernetes'),
    createAuthority(frontProxy, 'front-proxy'),
  ])
  const apiServer = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost']
  const domain = names.domain
  const leaves: Leaf[] = [
    {
      name: 'apiserver',
      authority: cluster,
      commonName: 'kube-apiserver',
      hosts: [...apiServer, '127.0.0.1', addresses.node, addresses.kubernetes],
    },
    {
      name: 'apiserver-kubelet',
      authority: cluster,
      commonName: 'kube-apiserver',
      organization: 'system:masters',
    },
    { name: 'front-proxy', authority: frontProxy, commonName: 'front-proxy-client' },
    { name: 'admin', authority: cluster, commonName: 'admin', organization: 'system:masters' },
    {
      name: 'kubelet',
      authority: cluster,
      commonName: 'system:node:local',
      organization: 'system:nodes',
      hosts: ['local', addresses.node],
    },
    ...['kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'coredns'].map((name) => ({
      name,
      authority: cluster,
      commonName: `system:${name}`,
    })),
    { name: 'github', authority: services, commonName: 'github.com', hosts: names.github },
    {
      name: 'stand-ins',
      authority: services,
      commonName: domain,
      hosts: [
        domain,
        ...['', 'stage.', 'dev.', 'local.'].map((prefix) => `*.${prefix}${domain}`),
        ...names.aws,
        `*.s3.${facts.region}.amazonaws.com`,
        ...Object.values(names.redis),
      ],
    },
  ]
  // One after the other where they share a serial file.
  for (const leaf of leaves) await issue(leaf)
  const serviceAccounts = certificate('service-accounts')
  if (!existsSync(serviceAccounts.key)) {
    await openssl([
      'genpkey',
      '-algorithm',
      'RSA',
      '-pkeyopt',
      'rsa_keygen_bits:2048',
      '-out',
      serviceAccounts.key,
    ])
    await openssl(['pkey', '-in', serviceAccounts.key, '-pubout', '-out', serviceAccounts.cert])
  }
}

/** Writes a kubeconfig that signs in with the certificate `name` at `server`. */
export async function writeKubeconfig(file: string, name: string, server: string): Promise<void> {
  const encoded = async (path: string) => (await readFile(path)).toString('base64')
  const at = certificate(name)
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'local',
    clusters: [
      {
        name: 'local',
        cluster: { server, 'certificate-authority-data': await encoded(certificate('cluster-ca').cert) },
      },
    ],
    users: [
      {
        name,
        user: { 'client-certificate-data': await encoded(at.cert), 'client-key-data': await encoded(at.key) },
      },
    ],
    contexts: [{ name: 'local', context: { cluster: 'local', user: name } }],
  }
  await writeFile(file, JSON.stringify(config, null, 2), { mode: 0o600 })
}
