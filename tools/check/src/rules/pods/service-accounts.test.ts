import { expect, test } from 'vitest'
import { changed, contextOf, example, pick, refusals } from '../../testing/example.ts'
import { serviceAccountsRule } from './service-accounts.ts'

function late() {
  const environment = example()
  const account = pick(environment, 'ServiceAccount/migrate')
  const namespace = environment.namespace.filter((manifest) => manifest !== account)
  return contextOf({ namespace, release: [...environment.release, account] })
}

test('the default ServiceAccount is refused', () => {
  expect(
    refusals(
      serviceAccountsRule,
      changed('Job/migrate', ['spec', 'template', 'spec', 'serviceAccountName'], undefined),
    ),
  ).toEqual([
    'Job/migrate: runs as the default ServiceAccount',
    'ServiceAccount/migrate: is used by nothing in this environment',
  ])
})

test('one that does not exist is refused', () => {
  expect(
    refusals(
      serviceAccountsRule,
      changed('Job/migrate', ['spec', 'template', 'spec', 'serviceAccountName'], 'admin'),
    ),
  ).toEqual([
    'Job/migrate: runs as ServiceAccount admin, which its namespace folder does not have',
    'ServiceAccount/migrate: is used by nothing in this environment',
  ])
})

test('one of another component is refused', () => {
  expect(
    refusals(
      serviceAccountsRule,
      changed('Job/migrate', ['spec', 'template', 'spec', 'serviceAccountName'], 'api'),
    ),
  ).toEqual([
    'Job/migrate: component migrate runs as ServiceAccount api',
    'ServiceAccount/migrate: is used by nothing in this environment',
  ])
})

test('one that comes with the release is refused', () => {
  expect(refusals(serviceAccountsRule, late())).toEqual([
    'Job/migrate: runs as ServiceAccount migrate, which its namespace folder does not have',
    'ServiceAccount/migrate: is part of the release, where a PreSync hook does not see it yet',
  ])
})
