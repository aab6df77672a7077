import { describe, expect, test } from 'vitest'
import { releaseText } from '../../test/release-text.ts'
import type { Change } from '../ports/git-host.ts'
import { earlierReleases, releaseHistory } from './history.ts'

const [a, b, c] = ['a', 'b', 'c'].map((digit) => digit.repeat(40)) as [string, string, string]

/** Changes newest first, from subjects and release commits oldest first. */
function changes(...list: [subject: string, text: string | null][]): Change[] {
  return list
    .map(([subject, text], index) => ({
      sha: String(index).repeat(40),
      subject,
      message: subject,
      author: 'ada',
      date: '2026-01-01T00:00:00Z',
      url: 'https://x',
      text,
      pullRequest: null,
    }))
    .reverse()
}

function history(...list: [string, string | null][]) {
  return releaseHistory('appname', 'release.yaml', changes(...list), true)
}

describe('who wrote a release', () => {
  test.each<[string, string, string, boolean]>([
    ['Release appname aaaaaaa to dev and stage', a, 'bump', false],
    ['Promote appname aaaaaaa from stage to prod (#12)', a, 'promote', false],
    ['Roll back appname to aaaaaaa in prod (#13)', a, 'rollback', false],
    ['Set the image by hand', a, 'somebody', true],
    ['Revert "Promote appname aaaaaaa from stage to prod" (#14)', a, 'somebody', true],
    ['Promote other aaaaaaa from stage to prod', a, 'somebody', true],
    ['Promote appname bbbbbbb from stage to prod', a, 'somebody', true],
  ])('%s', (subject, commit, writer, aroundTheBot) => {
    const [newest] = history(['Start', releaseText()], [subject, releaseText(commit, '1', '2')])
    expect(newest).toMatchObject({ writer, aroundTheBot, release: { commit } })
  })

  test('the zeros of a checkout went around nobody, later ones did', () => {
    const text = releaseText(a, '1', '2')
    const list = history(
      ['Start', releaseText()],
      ['Release appname aaaaaaa to dev', text],
      ['Reset', releaseText()],
    )
    expect(list.map(({ aroundTheBot }) => aroundTheBot)).toEqual([true, false, false])
  })
})

test('a commit that changes comments only is no release', () => {
  const text = releaseText(a, '1', '2')
  expect(history(['Release appname aaaaaaa to dev', text], ['Explain', `${text}# more\n`])).toHaveLength(1)
})

test('a file that can not be read, or was removed, is shown and flagged', () => {
  const list = history(
    ['Break', 'images: ['],
    ['Remove', null],
    ['Release appname aaaaaaa to dev', releaseText(a)],
  )
  expect(list.map(({ release, aroundTheBot }) => [release === null, aroundTheBot])).toEqual([
    [false, false],
    [true, true],
    [true, true],
  ])
})

test('of a list that does not reach back to the start the oldest is only compared with', () => {
  const list = changes(['x', releaseText(a, '1', '2')], ['y', releaseText(b, '1', '2')])
  expect(releaseHistory('appname', 'f', list, false).map(({ change }) => change.subject)).toEqual(['y'])
})

describe('the releases to go back to', () => {
  test.each([
    ['none before the first', [a], []],
    ['the one before', [a, b], [a]],
    ['the latest first', [a, b, c], [b, a]],
    ['not the one that was rolled back', [a, b, a], []],
    ['below a release that was rolled back to', [a, b, c, b], [a]],
    ['one that came again after a rollback counts again', [a, b, a, b], [a]],
  ])('%s', (_, commits, wanted) => {
    const entries = history(
      ['Start', releaseText()],
      ...commits.map((one) => ['x', releaseText(one, '1', '2')] as [string, string]),
    )
    expect(earlierReleases(entries).map(({ commit }) => commit)).toEqual(wanted)
  })
})
