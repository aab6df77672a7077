import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { configKeysRule } from './config-keys.ts'

test('a key that its Secret does not have is refused', () => {
  expect(
    refusals(
      configKeysRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'env', 0, 'valueFrom', 'secretKeyRef', 'key'],
        'PASSWRD',
      ),
    ),
  ).toEqual(['Rollout/api: api reads key PASSWRD of Secret/app-secrets, which has PASSWORD'])
})

test('a ConfigMap that is not there is refused', () => {
  expect(
    refusals(
      configKeysRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'envFrom'],
        [{ configMapRef: { name: 'other' } }],
      ),
    ),
  ).toEqual(['Rollout/api: api reads ConfigMap/other, which is not in this environment'])
})

test('an optional one may be missing', () => {
  expect(
    refusals(
      configKeysRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'envFrom'],
        [{ configMapRef: { name: 'other', optional: true } }],
      ),
    ),
  ).toEqual([])
})

test('a volume of a Secret that is not there is refused', () => {
  expect(
    refusals(
      configKeysRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'volumes'],
        [{ name: 'tls', secret: { secretName: 'tls' } }],
      ),
    ),
  ).toEqual(['Rollout/api: volume tls reads Secret/tls, which is not in this environment'])
})

test('a PreSync hook that reads what its own sync brings is refused', () => {
  expect(
    refusals(
      configKeysRule,
      changed(
        'Job/migrate',
        ['spec', 'template', 'spec', 'containers', 0, 'envFrom'],
        [{ configMapRef: { name: 'app-config' } }],
      ),
    ),
  ).toEqual(['Job/migrate: migrate reads ConfigMap/app-config before the sync that brings it'])
})
