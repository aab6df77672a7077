import { copyFile, link, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { pauseImage } from '../cluster/config.ts'
import { publicAuthority } from '../cluster/pki.ts'
import { Failure } from '../failure.ts'
import { checkout } from '../paths.ts'
import { binary } from '../toolchain/build.ts'
import { moduleSource, pinnedVersion } from '../toolchain/programs.ts'
import { debianImage, nodeImage } from './base.ts'
import { buildImage } from './buildah.ts'
import { contentKey } from './key.ts'

/** An image that the cluster pulls under production's name, and how it is made here. */
export interface CatalogImage {
  readonly reference: string
  /** Changes when what the image is made of changes. */
  key(): Promise<string>
  /** @returns the image's id in buildah's storage */
  build(say: (line: string) => void): Promise<string>
}

const imagesDir = join(checkout, 'tools/local/images')
const standIns = join(imagesDir, 'stand-ins')

/** A name for buildah's storage made from a reference. */
function shortName(reference: string): string {
  return (reference.split('/').at(-1) ?? reference).replace(/:.*/, '')
}

/** Builds in a throw-away context that holds the named files. */
async function buildWith(
  reference: string,
  files: Readonly<Record<string, string>>,
  dockerfile: string,
  args: Readonly<Record<string, string>> = {},
): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), 'image-'))
  try {
    for (const [name, source] of Object.entries(files)) {
      const target = join(context, name)
      await link(source, target).catch(() => copyFile(source, target))
    }
    await writeFile(join(context, 'Dockerfile'), dockerfile)
    return await buildImage({
      name: shortName(reference),
      dockerfile: join(context, 'Dockerfile'),
      context,
      args,
    })
  } finally {
    await rm(context, { recursive: true, force: true })
  }
}

/** A Go program alone, with the certificates that local names need. */
function goImage(reference: string, program: string, path: string, user: string): CatalogImage {
  const dockerfile = `FROM scratch
COPY ca.crt /etc/ssl/certs/ca-certificates.crt
COPY ${program} ${path}
USER ${user}
ENTRYPOINT ["${path}"]
`
  return {
    reference,
    key: async () => contentKey([(await publicAuthority()).cert], [dockerfile, dirname(binary(program))]),
    build: async () =>
      buildWith(
        reference,
        { 'ca.crt': (await publicAuthority()).cert, [program]: binary(program) },
        dockerfile,
      ),
  }
}

function argoCd(): CatalogImage {
  const reference = `quay.io/argoproj/argocd:${pinnedVersion('argo-cd')}`
  const programs = { argocd: binary('argocd'), kustomize: binary('kustomize'), helm: binary('helm') }
  const dockerfile = join(imagesDir, 'Dockerfile.argocd')
  return {
    reference,
    key: async () => contentKey([dockerfile, (await publicAuthority()).cert], Object.values(programs)),
    build: async (say) => {
      const hack = join(await moduleSource('argo-cd'), 'hack')
      const wrappers = Object.fromEntries(
        ['gpg-wrapper.sh', 'git-verify-wrapper.sh'].map((name) => [name, join(hack, name)]),
      )
      const args = { BASE_IMAGE: await debianImage(say) }
      return buildWith(reference, { ...programs, ...wrappers }, await readFile(dockerfile, 'utf8'), args)
    },
  }
}

/** The image that holds a Pod's namespaces: one static program that sleeps and reaps. */
function pause(): CatalogImage {
  const source = join(imagesDir, 'pause.c')
  return {
    reference: pauseImage,
    key: async () => contentKey([source]),
    build: async () => {
      const dir = await mkdtemp(join(tmpdir(), 'pause-'))
      try {
        await execa('gcc', ['-static', '-Os', '-o', join(dir, 'pause'), source])
        const dockerfile = 'FROM scratch\nCOPY pause /pause\nUSER 65535\nENTRYPOINT ["/pause"]\n'
        return await buildWith(pauseImage, { pause: join(dir, 'pause') }, dockerfile)
      } finally {
        await rm(dir, { recursive: true, force: true })
      }
    },
  }
}

function standIn(reference: string, name: string): CatalogImage {
  const dockerfile = join(standIns, `Dockerfile.${name}`)
  return {
    reference,
    key: async () => contentKey([dockerfile, join(standIns, name), (await publicAuthority()).cert]),
    build: async (say) => {
      const args = { BASE_IMAGE: await debianImage(say) }
      return buildImage({ name: shortName(reference), dockerfile, context: standIns, args })
    },
  }
}

/** The ALB stand-in: a controller of this repository, bundled into one file, beside HAProxy. */
function albStandIn(): CatalogImage {
  const reference = 'stand-ins.local/alb:local'
  const dockerfile = join(standIns, 'Dockerfile.alb')
  const source = join(checkout, 'tools/local/src/stand-ins/alb')
  return {
    reference,
    key: async () => contentKey([dockerfile, source, process.execPath, (await publicAuthority()).cert]),
    build: async (say) => {
      await execa('pnpm', ['--filter', '@appname/local', 'bundle:alb'], { cwd: checkout })
      const context = join(checkout, 'tools/local/dist/stand-ins')
      const args = { NODE_IMAGE: await nodeImage(say) }
      return buildImage({ name: shortName(reference), dockerfile, context, args })
    },
  }
}

/** The Redis that Argo CD's own manifests name. */
async function argoCdRedisReference(): Promise<string> {
  const manifest = join(await moduleSource('argo-cd'), 'manifests/base/redis/argocd-redis-deployment.yaml')
  const tag = (await readFile(manifest, 'utf8')).match(/image: redis:(\S+)/)?.[1]
  if (!tag) throw new Failure(`${manifest} names no Redis image`)
  return `public.ecr.aws/docker/library/redis:${tag}`
}

/** Every image of the platform and its stand-ins. */
export async function catalog(): Promise<CatalogImage[]> {
  const version = pinnedVersion
  return [
    pause(),
    argoCd(),
    goImage(
      `quay.io/argoproj/argo-rollouts:${version('argo-rollouts')}`,
      'rollouts-controller',
      '/bin/rollouts-controller',
      '999',
    ),
    goImage(
      `oci.external-secrets.io/external-secrets/external-secrets:${version('external-secrets')}`,
      'external-secrets',
      '/bin/external-secrets',
      '65534',
    ),
    goImage(
      `registry.k8s.io/metrics-server/metrics-server:${version('metrics-server')}`,
      'metrics-server',
      '/metrics-server',
      '65534',
    ),
    standIn(await argoCdRedisReference(), 'redis'),
    standIn('stand-ins.local/redis:local', 'redis'),
    standIn('stand-ins.local/postgres:local', 'postgres'),
    standIn('stand-ins.local/moto:local', 'moto'),
    albStandIn(),
  ]
}
