import { expect, test } from 'vitest'
import { contextOf, examplePins, refusals } from '../../testing/example.ts'
import { oneFactRule } from './one-fact.ts'

const homes = {
  'workloads/shop/envs/stage/release/release.yaml':
    'newName: 000000000000.dkr.ecr.eu-central-1.amazonaws.com/shop-api',
  'workloads/shop/base/release/app-config.env': 'AWS_REGION=eu-central-1',
  'workloads/shop/envs/stage/release/environment/app-config.env': 'APP_URL=https://app.shop.example',
}
const found = (files: Record<string, string>) =>
  refusals(
    oneFactRule,
    contextOf(undefined, {
      texts: Object.entries({ ...homes, ...files }).map(([path, text]) => ({ path, text })),
    }),
  )

test('facts in their homes are accepted, and the mirrors that agree', () => {
  expect(found({ 'clusters/local/stand-ins/aws.yaml': 'a: 1\nregion: eu-central-1' })).toEqual([])
})

test('a second copy of the region is refused', () => {
  expect(found({ 'platform/a/b.yaml': 'a: 1\nregion: eu-central-1' })).toEqual([
    'platform/a/b.yaml: line 2: repeats the AWS region: eu-central-1',
  ])
})

test('a mirror that disagrees is refused', () => {
  expect(found({ 'clusters/local/stand-ins/aws.yaml': 'region: us-east-1' })).toEqual([
    'clusters/local/stand-ins/aws.yaml: line 1: disagrees about the AWS region: us-east-1',
  ])
})

test('a second copy of the account is refused', () => {
  expect(found({ '.github/workflows/a.yml': 'role: arn:aws:iam::000000000000:role/x' })).toEqual([])
  expect(found({ '.github/workflows/a.yml': 'account: "000000000000"' })).toEqual([
    '.github/workflows/a.yml: line 1: repeats the AWS account: 000000000000',
  ])
})

test('a second copy of a host is refused, a longer name is not it', () => {
  expect(
    found({ 'workloads/shop/base/ingress.yaml': 'host: app.shop.example\nother: my.app.shop.example' }),
  ).toEqual(['workloads/shop/base/ingress.yaml: line 1: repeats the host app.shop.example'])
})

test('a second copy of a version is refused, in a comment it is not', () => {
  const version = examplePins.kubernetes
  expect(
    found({ 'tools/local/a.ts': `// like ${version}\nconst used = '${version}'`, 'docs/a.md': version }),
  ).toEqual([`tools/local/a.ts: line 2: repeats the version of kubernetes, ${version}`])
})
