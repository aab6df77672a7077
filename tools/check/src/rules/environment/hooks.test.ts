import { expect, test } from 'vitest'
import { changed, refusals } from '../../testing/example.ts'
import { hooksRule } from './hooks.ts'

test('a PostDelete hook is refused', () => {
  expect(
    refusals(
      hooksRule,
      changed('Job/migrate', ['metadata', 'annotations', 'argocd.argoproj.io/hook'], 'PostDelete'),
    ),
  ).toEqual(['Job/migrate: is a PostDelete hook (CVE-2026-77459)'])
})

test('a phase that Argo CD does not know is refused', () => {
  expect(
    refusals(
      hooksRule,
      changed('Job/migrate', ['metadata', 'annotations', 'argocd.argoproj.io/hook'], 'BeforeSync'),
    ),
  ).toEqual(['Job/migrate: has the unknown hook phase BeforeSync'])
})

test('a generated name is refused', () => {
  expect(refusals(hooksRule, changed('Job/migrate', ['metadata', 'name'], undefined))).toEqual([
    'Job/(no name): has no fixed name',
  ])
})

test('another delete policy is refused', () => {
  expect(
    refusals(
      hooksRule,
      changed(
        'Job/migrate',
        ['metadata', 'annotations', 'argocd.argoproj.io/hook-delete-policy'],
        'HookSucceeded',
      ),
    ),
  ).toEqual(['Job/migrate: is not deleted before its next run alone'])
})

test('a hook without an end is refused', () => {
  expect(refusals(hooksRule, changed('Job/migrate', ['spec', 'activeDeadlineSeconds'], undefined))).toEqual([
    'Job/migrate: has no end: a stuck hook holds its sync for ever',
  ])
})

test('a hook that removes itself is refused', () => {
  expect(refusals(hooksRule, changed('Job/migrate', ['spec', 'ttlSecondsAfterFinished'], 60))).toEqual([
    'Job/migrate: is removed when it ends, before Argo CD or a person has read it',
  ])
})

test('a Job that is no hook is refused', () => {
  expect(refusals(hooksRule, changed('Job/migrate', ['metadata', 'annotations'], undefined))).toEqual([
    'Job/migrate: is a Job but no hook: its spec is immutable, so the second release fails to sync',
  ])
})
