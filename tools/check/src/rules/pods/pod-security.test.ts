import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { podSecurityRule } from './pod-security.ts'

test('a container that may gain privileges is refused', () => {
  expect(
    refusals(
      podSecurityRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'securityContext', 'allowPrivilegeEscalation'],
        true,
      ),
    ),
  ).toEqual(['Rollout/api: container api may gain privileges'])
})

test('a container that may write to its root file system is refused', () => {
  expect(
    refusals(
      podSecurityRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'securityContext', 'readOnlyRootFilesystem'],
        undefined,
      ),
    ),
  ).toEqual(['Rollout/api: container api may write to its root file system'])
})

test('a container that keeps Linux capabilities is refused', () => {
  expect(
    refusals(
      podSecurityRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'securityContext', 'capabilities'],
        undefined,
      ),
    ),
  ).toEqual(['Rollout/api: container api keeps Linux capabilities'])
})

test('a container that adds Linux capabilities is refused', () => {
  expect(
    refusals(
      podSecurityRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'securityContext', 'capabilities', 'add'],
        ['NET_ADMIN'],
      ),
    ),
  ).toEqual(['Rollout/api: container api adds Linux capabilities'])
})

test('a container that is privileged is refused', () => {
  expect(
    refusals(
      podSecurityRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'securityContext', 'privileged'],
        true,
      ),
    ),
  ).toEqual(['Rollout/api: container api is privileged'])
})

test('a container that may run as root is refused', () => {
  expect(
    refusals(
      podSecurityRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'securityContext', 'runAsNonRoot'],
        false,
      ),
    ),
  ).toEqual(['Rollout/api: container api may run as root'])
})

test('a container that runs as no numeric user of its own is refused', () => {
  expect(
    refusals(
      podSecurityRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'securityContext', 'runAsUser'],
        0,
      ),
    ),
  ).toEqual(['Rollout/api: container api runs as no numeric user of its own'])
})

test('a container that has no seccomp profile is refused', () => {
  expect(
    refusals(
      podSecurityRule,
      changed(
        'Rollout/api',
        ['spec', 'template', 'spec', 'containers', 0, 'securityContext', 'seccompProfile'],
        { type: 'Unconfined' },
      ),
    ),
  ).toEqual(['Rollout/api: container api has no seccomp profile'])
})

test("a Pod on the node's network is refused", () => {
  expect(
    refusals(podSecurityRule, changed('Job/migrate', ['spec', 'template', 'spec', 'hostNetwork'], true)),
  ).toEqual(['Job/migrate: spec.template.spec.hostNetwork is true'])
})

test('an init container is judged too', () => {
  expect(
    refusals(
      podSecurityRule,
      changed(
        'Job/migrate',
        ['spec', 'template', 'spec', 'initContainers'],
        [
          {
            name: 'wait',
            securityContext: { readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
          },
        ],
      ),
    ),
  ).toEqual(['Job/migrate: container wait may gain privileges'])
})
