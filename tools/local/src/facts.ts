import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { checkout } from './paths.ts'

/** Environments that the local cluster hosts. */
export type Environment = 'dev' | 'stage' | 'prod'

const environments: readonly Environment[] = ['dev', 'stage', 'prod']

/** Reads a file of the checkout. Facts stand in the manifests; the local cluster repeats none of them. */
function read(file: string): string {
  return readFileSync(join(checkout, file), 'utf8')
}

/** A value of an environment's `app-config.env`. @throws when it is not there */
function setting(environment: Environment, name: string): string {
  const file = `workloads/appname/envs/${environment}/release/environment/app-config.env`
  const value = read(file).match(new RegExp(`^${name}=(.+)$`, 'm'))?.[1]
  if (!value) throw new Error(`${file} has no ${name}`)
  return value
}

const factsFile = z.object({ data: z.object({ repository: z.url(), 'aws-region': z.string() }) })
const releaseFile = z.object({ images: z.array(z.object({ newName: z.string() })).min(1) })

const { data } = factsFile.parse(parse(read('clusters/base/facts.yaml')))
const release = releaseFile.parse(parse(read('workloads/appname/envs/prod/release/release.yaml')))
const [owner = '', name = ''] = new URL(data.repository).pathname
  .slice(1)
  .replace(/\.git$/, '')
  .split('/')

export const facts = {
  /** Owner and name of the product's repository on GitHub. */
  repository: { owner, name },
  region: data['aws-region'],
  /** Host of the registry that the product's images are pushed to. */
  registry: release.images[0]?.newName.split('/')[0] ?? '',
  /** What the public hosts of every environment end with. */
  domain: new URL(setting('prod', 'APP_URL')).hostname.split('.').slice(1).join('.'),
  /** Host under which an environment reaches its Redis. */
  redis: Object.fromEntries(environments.map((one) => [one, setting(one, 'REDIS_HOST')])) as Record<
    Environment,
    string
  >,
} as const
