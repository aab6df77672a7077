import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { loadYaml, type V1Deployment, type V1Service } from '@kubernetes/client-node'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const manifests = join(import.meta.dirname, '../../../../clusters/local/stand-ins')
const images = join(import.meta.dirname, '../../images/stand-ins')
const manifest = (file: string) => readFile(join(manifests, file), 'utf8')

test('the seed names only passwords that the stand-ins get, and databases that PostgreSQL makes', async () => {
  const seed = await manifest('seed.json')
  const passwords = [...(await manifest('passwords.env')).matchAll(/^(\w+)=./gm)].map((match) => match[1])
  const used = [...seed.matchAll(/\$\{(\w+)\}/g)].map((match) => match[1])
  expect(new Set(used)).toEqual(new Set(passwords))
  const deployment = loadYaml<V1Deployment>(await manifest('deployment-postgres.yaml'))
  const variables = deployment.spec?.template.spec?.containers[0]?.env ?? []
  const databases = variables.find(({ name }) => name === 'DATABASES')?.value?.split(' ')
  const urls = [...seed.matchAll(/"url": "([^"]+)"/g)].map(
    (match) => new URL((match[1] ?? '').replace(/\$\{\w+\}/, 'x')),
  )
  expect(urls.map((url) => url.pathname.slice(1))).toEqual(databases)
  expect(urls.map((url) => url.username)).toEqual(databases)
  const service = loadYaml<V1Service>(await manifest('service-postgres.yaml'))
  const address = `${service.metadata?.name}.stand-ins.svc.cluster.local:${service.spec?.ports?.[0]?.port}`
  expect(new Set(urls.map((url) => url.host))).toEqual(new Set([address]))
})

test("moto's seed is read and applied", async () => {
  const { stderr } = await run('python3', ['-m', 'unittest', '-v', 'test_seed'], {
    cwd: join(images, 'moto'),
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
  })
  expect(stderr).toMatch(/Ran \d+ tests/)
})

test('the Redis image takes the arguments of the official one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'redis-entrypoint-'))
  const program = join(directory, 'redis-server')
  await writeFile(program, '#!/bin/sh\nprintf "%s|" redis-server "$@"\n')
  await chmod(program, 0o755)
  const started = async (...args: string[]): Promise<string> => {
    const env = { PATH: `${directory}:${process.env.PATH}` }
    return (await run('sh', [join(images, 'redis/docker-entrypoint.sh'), ...args], { env })).stdout
  }
  expect(await started('--save', '', '--requirepass x')).toBe('redis-server|--save||--requirepass x|')
  expect(await started('/etc/redis.conf')).toBe('redis-server|/etc/redis.conf|')
  expect(await started('echo', 'else')).toBe('else\n')
  await rm(directory, { recursive: true })
})
