import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { imagesRule } from './images.ts'

const zeros = '0'.repeat(40)
const ones = '1'.repeat(40)
const image = (name: string, commit: string, digest: string) =>
  `000000000000.dkr.ecr.eu-central-1.amazonaws.com/${name}:sha-${commit}@sha256:${digest}${digest.slice(16)}`

test('a placeholder is a note, not an error', () => {
  const findings = imagesRule.check(
    changed(
      'Rollout/api',
      ['spec', 'template', 'spec', 'containers', 0, 'image'],
      image('shop-api', zeros, zeros),
    ),
  )
  expect(findings.map(({ severity, message }) => [severity, message])).toEqual([
    ['info', 'image shop-api is the placeholder of an environment that has had no release'],
  ])
})

test('an image without a digest is refused', () => {
  expect(
    refusals(
      imagesRule,
      changed('Rollout/api', ['spec', 'template', 'spec', 'containers', 0, 'image'], 'shop-api'),
    ),
  ).toEqual(['Rollout/api: image "shop-api" is not <registry>/<name>:sha-<commit>@sha256:<digest>'])
})

test('an image of another registry is refused', () => {
  expect(
    refusals(
      imagesRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'image'],
        `docker.io/shop-api:sha-${zeros}@sha256:${zeros}${zeros.slice(16)}`,
      ),
    ),
  ).toEqual([
    `Rollout/api: image "docker.io/shop-api:sha-${zeros}@sha256:${zeros}${zeros.slice(16)}" is not <registry>/<name>:sha-<commit>@sha256:<digest>`,
  ])
})

test('an image of another workload is refused', () => {
  expect(
    refusals(
      imagesRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'image'],
        image('blog-api', ones, ones),
      ),
    ),
  ).toEqual(["Rollout/api: image blog-api is not one of shop's"])
})

test('half a placeholder is refused', () => {
  expect(
    refusals(
      imagesRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'image'],
        image('shop-api', zeros, ones),
      ),
    ),
  ).toEqual(['Rollout/api: image shop-api has half a placeholder'])
})

test('two registries in one environment are refused', () => {
  expect(
    refusals(
      imagesRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'image'],
        image('shop-api', ones, ones).replace('000000000000', '999999999999'),
      ),
    ),
  ).toEqual([
    'Rollout/api: its environment uses 2 registries: 999999999999.dkr.ecr.eu-central-1.amazonaws.com, 000000000000.dkr.ecr.eu-central-1.amazonaws.com',
  ])
})
