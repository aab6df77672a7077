import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { aRelease, digest, releaseText } from '../../test/release-text.ts'
import { neverReleased, readRelease, sameRelease, writeRelease } from './release.ts'

vi.setConfig({ testTimeout: 60_000 })

const [oldCommit, newCommit] = ['a'.repeat(40), 'b'.repeat(40)]
const file = 'release.yaml'

test('a checkout holds zeros, which are read as never released', () => {
  expect(neverReleased(readRelease(releaseText(), file))).toBe(true)
  expect(neverReleased(readRelease(releaseText(oldCommit, '1', '2'), file))).toBe(false)
})

test('a release is read as it was written', () => {
  const written = writeRelease(releaseText(), file, aRelease(newCommit, '1', '2'))
  expect(written).toBe(releaseText(newCommit, '1', '2'))
  expect(sameRelease(readRelease(written, file), aRelease(newCommit, '1', '2'))).toBe(true)
})

test.each([
  ['no Windows line end is lost', (text: string) => text.replaceAll('\n', '\r\n')],
  ['single quotes stay', (text: string) => text.replaceAll('"', "'")],
  ['a mark at the start stays', (text: string) => `\uFEFF${text}`],
  ['an anchor elsewhere stays', (text: string) => text.replace('pairs:', 'pairs: &pairs')],
  ['a missing final line end stays missing', (text: string) => text.trimEnd()],
  [
    'flow style stays',
    (text: string) => text.replace('includeSelectors: false', 'fields: [ a,b , {c:  d} ]'),
  ],
])('%s', (_, change) => {
  const before = change(releaseText(oldCommit, '1', '2'))
  const after = change(releaseText(newCommit, '3', '4'))
  expect(writeRelease(before, file, aRelease(newCommit, '3', '4'))).toBe(after)
})

test('a commit of digits only is still written as text', () => {
  const plain = releaseText(oldCommit, '1', '2').replace(`"${oldCommit}"`, oldCommit)
  for (const commit of ['1'.repeat(40), `${'1'.repeat(38)}e9`, `0${'7'.repeat(39)}`]) {
    const written = writeRelease(plain, file, aRelease(commit, '3', '4'))
    expect(written).toContain(`app.kubernetes.io/version: "${commit}"\n`)
  }
})

/** Lines that may stand anywhere between the file's own without changing what it means. */
const noise = fc
  .tuple(
    fc.constantFrom('', ' ', '  ', '      '),
    fc
      .string({ unit: 'grapheme', maxLength: 60 })
      .filter((text) => !/[\r\n\u0085\u2028\u2029\ufeff]/.test(text)),
  )
  // biome-ignore lint/suspicious/noControlCharactersInRegex: YAML allows none of them in a comment
  .map(([indent, text]) => `${indent}# ${text.replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '')}`)

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: length, maxLength: length })

test('whatever comments stand between the lines, only the values change, to the byte', () => {
  const lines = releaseText(oldCommit, '1', '2').split('\n').slice(2)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(lines.length - 1), noise), { maxLength: 12 }),
      hex(40),
      hex(64),
      fc.constantFrom('\n', '\r\n'),
      (comments, commit, sum, end) => {
        const around = (text: string) => {
          const result = text.split('\n').slice(2)
          for (const [at, comment] of comments) result.splice(at, 0, comment)
          return result.join(end)
        }
        const target = aRelease(commit, '3', '4')
        const api = target.images.get('appname-api')
        if (api) api.digest = `sha256:${sum}`
        const before = around(releaseText(oldCommit, '1', '2'))
        const after = around(releaseText(commit, '3', '4').replace(digest('3'), `sha256:${sum}`))
        expect(writeRelease(before, file, target)).toBe(after)
      },
    ),
    { numRuns: 100 },
  )
})

test('whatever stands in the file, the answer is an error with its place or a file that reads back', () => {
  fc.assert(
    fc.property(
      fc.nat(releaseText().length),
      fc.nat(40),
      fc.oneof(
        fc.string({ maxLength: 30 }),
        fc.constantFrom(
          '*a',
          '&a ',
          '!!str ',
          '- ',
          ': ',
          '{',
          '"',
          '$'.concat('{{ x }}'),
          '../..',
          '\u202e',
          '---\n',
          '<<: *b\n',
        ),
      ),
      (at, cut, text) => {
        const whole = releaseText(oldCommit, '1', '2')
        const broken = whole.slice(0, at) + text + whole.slice(at + cut)
        const target = aRelease(newCommit, '3', '4')
        let written: string
        try {
          written = writeRelease(broken, file, target)
        } catch (error) {
          expect(error).toMatchObject({
            name: 'PromoteError',
            code: expect.stringMatching(/^(release-malformed|image-set-differs)$/),
          })
          return
        }
        expect(sameRelease(readRelease(written, file), target)).toBe(true)
      },
    ),
    { numRuns: 300 },
  )
})

describe('what is no release file is refused with its place', () => {
  const good = releaseText(oldCommit, '1', '2')
  test.each([
    ['', 'release.yaml:1:1: a release file must be a map'],
    [good.replace('kind: Component', 'kind: Kustomization'), 'release.yaml:3:1: kind must be Component'],
    [good.replace('newTag', 'newtag'), 'release.yaml:6:5: newTag is missing'],
    [good.replace(digest('1'), 'sha256:1234'), 'image appname-api: not a digest'],
    [good.replace(digest('1'), '&d sha256:1234'), 'release.yaml:9:16: digest has an anchor'],
    [good.replace(/digest: .*/, 'digest: |\n      x'), 'digest must be one plain or quoted text'],
    [good.replace('- name: appname-web', '- name: appname-api'), 'image appname-api is listed twice'],
    [good.replace('    digest:', '    digest: x\n    digest:'), 'Map keys must be unique'],
    [good.slice(0, good.indexOf('labels:')), 'labels must be a list with app.kubernetes.io/version'],
    [good.replace(`"${oldCommit}"`, 'latest'), 'must be a commit (40 hexadecimal digits)'],
    [
      good.replace('labels:', 'labels:\n  - pairs: {app.kubernetes.io/version: x}'),
      'app.kubernetes.io/version stands twice',
    ],
    [`${good}---\n${good}`, 'multiple documents'],
    [good.replace('images:', 'images: ['), 'release.yaml:'],
  ])('case %#', (text, words) => {
    expect(() => readRelease(text, file)).toThrow(words)
  })

  test('a set of other images is refused', () => {
    const other = aRelease(newCommit, '3', '4')
    const images = new Map([...other.images].slice(0, 1))
    expect(() => writeRelease(good, file, { ...other, images })).toThrow('appname-web is in only one')
  })
})
