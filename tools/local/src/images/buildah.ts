import { createWriteStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { Failure } from '../failure.ts'
import { cache } from '../paths.ts'

const home = join(cache, 'buildah')

async function policyFile(): Promise<string> {
  const file = join(home, 'policy.json')
  await mkdir(home, { recursive: true })
  // Every image built from is one that was built here just before.
  await writeFile(file, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }))
  return file
}

/**
 * Runs buildah with its storage in the cache; its output goes to a log that the failure names.
 * @returns what it printed on stdout, trimmed
 * @throws Failure with the last lines of the log
 */
export async function buildah(logName: string, args: readonly string[]): Promise<string> {
  const logs = join(cache, 'logs')
  await mkdir(logs, { recursive: true })
  const file = join(logs, `image-${logName}.log`)
  const log = createWriteStream(file, { flags: 'a' })
  const storage = ['--root', join(home, 'storage'), '--runroot', join(home, 'run')]
  const running = execa('buildah', [...storage, ...args], {
    env: { STORAGE_DRIVER: 'overlay', BUILDAH_ISOLATION: 'chroot' },
    stdin: 'ignore',
    reject: false,
    all: true,
  })
  running.all.pipe(log)
  const done = await running
  if (done.failed) {
    const tail = done.all.split('\n').slice(-12).join('\n')
    throw new Failure(`buildah ${args[0]} for ${logName} failed:\n${tail}`, `the whole log is ${file}`)
  }
  return done.stdout.trim()
}

/** What a build from a Dockerfile needs. */
export interface BuildRequest {
  readonly name: string
  readonly dockerfile: string
  readonly context: string
  readonly target?: string
  readonly args?: Readonly<Record<string, string>>
  /** Seconds since 1970 that every file and the image itself get, so that two builds give one digest. */
  readonly timestamp?: number
}

/** Builds an image. @returns its id in buildah's storage */
export async function buildImage(request: BuildRequest): Promise<string> {
  const args = Object.entries(request.args ?? {}).flatMap(([name, value]) => [
    '--build-arg',
    `${name}=${value}`,
  ])
  const target = request.target ? ['--target', request.target] : []
  const timestamp = request.timestamp === undefined ? [] : ['--timestamp', String(request.timestamp)]
  return buildah(request.name, [
    ...[
      'build',
      '--quiet',
      '--layers',
      '--pull=never',
      '--network=host',
      '--signature-policy',
      await policyFile(),
    ],
    ...[...args, ...target, ...timestamp, '--tag', `localhost/${request.name}`],
    ...['--file', request.dockerfile, request.context],
  ])
}

/**
 * Pushes an image from buildah's storage to the local registry.
 * @param reference production's name, such as `quay.io/argoproj/argocd:v3.6.1`
 * @returns the digest under which the registry holds it
 */
export async function pushImage(id: string, reference: string, registryPort: number): Promise<string> {
  const path = reference.slice(reference.indexOf('/') + 1)
  const digestFile = join(home, `digest-${path.replaceAll(/[^\w.-]/g, '_')}`)
  await buildah(path.replaceAll(/[^\w.-]/g, '_'), [
    ...['push', '--quiet', '--tls-verify=false', '--compression-format=gzip', '--compression-level=1'],
    ...['--signature-policy', await policyFile(), '--digestfile', digestFile],
    ...[id, `docker://127.0.0.1:${registryPort}/${path}`],
  ])
  return (await readFile(digestFile, 'utf8')).trim()
}
