import { existsSync } from 'node:fs'
import { execa } from 'execa'
import { Failure } from './failure.ts'

/** What the cluster needs from Debian: a file that shows a package is there → the package. */
const needed: Readonly<Record<string, string>> = {
  '/usr/bin/buildah': 'buildah',
  '/usr/sbin/debootstrap': 'debootstrap',
  '/usr/bin/docker-registry': 'docker-registry',
  '/usr/lib/cni/bridge': 'containernetworking-plugins',
  '/usr/sbin/iptables': 'iptables',
  '/usr/sbin/conntrack': 'conntrack',
  '/usr/sbin/ip': 'iproute2',
  '/usr/bin/tini': 'tini',
  '/usr/bin/openssl': 'openssl',
  '/usr/bin/git': 'git',
  '/usr/include/seccomp.h': 'libseccomp-dev',
  '/usr/bin/pkg-config': 'pkg-config',
}

/** What the tests need besides. */
const neededByTests: Readonly<Record<string, string>> = {
  '/usr/bin/chromium': 'chromium',
  '/usr/sbin/haproxy': 'haproxy',
  '/usr/bin/redis-server': 'redis-server',
  '/usr/lib/postgresql/15/bin/postgres': 'postgresql-15',
  '/usr/share/postgresql/15/extension/postgis.control': 'postgresql-15-postgis-3',
  '/usr/share/doc/python3-venv': 'python3-venv',
}

/**
 * Installs missing Debian packages when running as root.
 * @throws Failure that names the command to run when it cannot
 */
export async function ensureSystemPackages(say: (line: string) => void, forTests = false): Promise<void> {
  const wanted = Object.entries({ ...needed, ...(forTests ? neededByTests : {}) })
  const missing = wanted.filter(([file]) => !existsSync(file)).map(([, name]) => name)
  if (missing.length === 0) return
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Failure(
      `these Debian packages are missing: ${missing.join(', ')}`,
      `run as root: ${install.join(' ')}`,
    )
  }
  say(`installing Debian packages: ${missing.join(', ')}`)
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  await execa('apt-get', ['update', '--quiet'], { env })
  await execa('apt-get', install.slice(1), { env })
}

/** @throws Failure when this process may not make namespaces, mounts and firewall rules */
export function requireRoot(): void {
  if (process.getuid?.() === 0) return
  throw new Failure('a Kubernetes node needs root', 'run the command as root, or with sudo')
}
