import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { publicAuthority } from '../cluster/pki.ts'
import { cache } from '../paths.ts'
import { buildah, buildImage } from './buildah.ts'
import { contentKey } from './key.ts'

/** The Debian release of every local base image. */
const suite = 'bookworm'

/** The host's own bundle: what the machine trusts, its images trust. */
const hostBundle = '/etc/ssl/certs/ca-certificates.crt'

/** What a minimal Debian lacks for the programs put on it. */
const packages = ['ca-certificates', 'libstdc++6']

async function exists(image: string): Promise<boolean> {
  return buildah('inspect', ['inspect', '--type', 'image', `localhost/${image}`]).then(
    () => true,
    () => false,
  )
}

/** Certificates that local images trust: the host's and the local authority's. */
async function trustedCertificates(): Promise<string> {
  const authority = await publicAuthority()
  return `${await readFile(hostBundle, 'utf8')}\n${await readFile(authority.cert, 'utf8')}`
}

/**
 * A minimal Debian that trusts the local authority.
 * @returns the image's name in buildah's storage
 */
export async function debianImage(say: (line: string) => void): Promise<string> {
  const certificates = await trustedCertificates()
  const image = `debian:${contentKey([], [suite, packages, certificates])}`
  if (await exists(image)) return `localhost/${image}`
  const archive = join(cache, 'images', `${suite}-${contentKey([], [suite, packages])}.tar`)
  await mkdir(join(cache, 'images'), { recursive: true })
  const root = await mkdtemp(join(tmpdir(), 'debian-'))
  try {
    say(`making a Debian ${suite} root (about a minute; once)`)
    const log = join(cache, 'logs', 'image-debian.log')
    await execa('debootstrap', ['--variant=minbase', `--include=${packages.join(',')}`, suite, root], {
      stdout: { file: log },
      stderr: { file: log },
    })
    await rm(join(root, 'var/cache/apt/archives'), { recursive: true, force: true })
    await mkdir(join(root, 'var/cache/apt/archives/partial'), { recursive: true })
    await writeFile(join(root, 'etc/ssl/certs/ca-certificates.crt'), certificates)
    await execa('tar', ['--numeric-owner', '-cf', archive, '-C', root, '.'])
    const container = await buildah('debian', ['from', 'scratch'])
    await buildah('debian', ['add', container, archive, '/'])
    const environment = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      LANG: 'C.UTF-8',
    }
    const trust = { SSL_CERT_FILE: hostBundle, PIP_CERT: hostBundle, NODE_EXTRA_CA_CERTS: hostBundle }
    const settings = Object.entries({ ...environment, ...trust, DEBIAN_FRONTEND: 'noninteractive' })
    await buildah('debian', [
      'config',
      ...settings.flatMap(([name, value]) => ['--env', `${name}=${value}`]),
      container,
    ])
    await buildah('debian', ['commit', '--rm', container, `localhost/${image}`])
  } finally {
    await rm(root, { recursive: true, force: true })
    await rm(archive, { force: true })
  }
  return `localhost/${image}`
}

/** The same Debian with this repository's Node and npm, for build stages and stand-ins. */
export async function nodeImage(say: (line: string) => void): Promise<string> {
  const debian = await debianImage(say)
  const npm = '11.19.1'
  const image = `node:${contentKey([process.execPath], [debian, npm])}`
  if (await exists(image)) return `localhost/${image}`
  say('making the Node base image')
  const context = await mkdtemp(join(tmpdir(), 'node-image-'))
  try {
    await copyFile(process.execPath, join(context, 'node'))
    await chmod(join(context, 'node'), 0o755)
    await execa('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', context, `npm@${npm}`])
    const dockerfile = join(context, 'Dockerfile')
    await writeFile(
      dockerfile,
      `FROM ${debian}
COPY node /usr/local/bin/node
COPY node_modules/npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
`,
    )
    await buildImage({ name: image, dockerfile, context })
  } finally {
    await rm(context, { recursive: true, force: true })
  }
  return `localhost/${image}`
}
