import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { redactor } from '../output/redact.ts'
import { age, table } from '../output/table.ts'
import { parseImageArgument } from './image.ts'
import { code, plain } from './markdown.ts'
import { classify, migrationPaths } from './migrations.ts'

/** Ordinary characters, and those that mean something to Markdown, a terminal or a reader's eye. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ maxLength: 5 }),
      fc.constantFrom('`', '``', '|', '\n', '\r', '\u202e', '\u2066', '\ufeff', 'ü', '🎉', '<b>', '\0'),
    ),
  )
  .map((parts) => parts.join(''))

describe('text from outside in Markdown', () => {
  test('a mention, a link, HTML, a table border and a code fence are shown as they are', () => {
    expect(code('@team [x](y) <b> a|b')).toBe('`@team [x](y) <b> a│b`')
    expect(code('a `b` ``c``')).toBe('``` a `b` ``c`` ```')
    expect(code('')).toBe('` `')
  })

  test('is always one line in one code span', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const span = code(text)
        const fence = /^`+/.exec(span)?.[0] ?? ''
        const inner = span.slice(fence.length, -fence.length)
        expect(fence).not.toBe('')
        expect(span.endsWith(fence)).toBe(true)
        expect(inner).not.toMatch(/[\n\r|\u202a-\u202e\u2066-\u2069]/)
        expect(inner.match(/`+/g) ?? []).not.toContain(fence)
      }),
    )
  })

  test('is cut where it is too long', () => {
    expect(plain('x'.repeat(200)).length).toBe(120)
  })
})

describe('--image', () => {
  const sum = `sha256:${'a'.repeat(64)}`
  test.each([
    [
      `api=r.example/appname-api:sha-1@${sum}`,
      { component: 'api', repository: 'r.example/appname-api', tag: 'sha-1', digest: sum },
    ],
    [
      `web=localhost:5000/a/b@${sum}`,
      { component: 'web', repository: 'localhost:5000/a/b', tag: undefined, digest: sum },
    ],
  ])('%s', (text, parsed) => {
    expect(parseImageArgument(text)).toEqual(parsed)
  })

  test.each([
    '',
    'api',
    'api=',
    `api=@${sum}`,
    `api=r.example/x`,
    `api=r.example/x@sha256:12`,
    `api=R.example/x@${sum}`,
    `api=r.example/../x@${sum}`,
    `api=r.example/x:a b@${sum}`,
    `api=r.example/x@${sum}@${sum}`,
    `a b=r.example/x@${sum}`,
    `api=r.example/$(x)@${sum}`,
  ])('refused: %s', (text) => {
    expect(() => parseImageArgument(text)).toThrow(
      expect.objectContaining({ code: 'image-malformed', exitCode: 2 }),
    )
  })
})

describe('migrations', () => {
  const path = (name: string) => `apps/api/prisma/migrations/${name}/migration.sql`
  test('are found among added files, oldest first', () => {
    expect(
      migrationPaths([
        path('2'),
        'apps/api/prisma/migrations/migration_lock.toml',
        'x/migration.sql',
        path('1'),
      ]),
    ).toEqual([path('1'), path('2')])
  })

  test.each([
    ['-- migration: expand\nselect 1', 'expand'],
    ['\uFEFF-- migration: contract\r\n', 'contract'],
    ['-- migration: both\n', 'unclassified'],
    ['\n-- migration: expand\n', 'unclassified'],
    [null, 'unclassified'],
  ])('%j is %s', (text, kind) => {
    expect(classify(path('1_add'), text)).toEqual({ name: '1_add', path: path('1_add'), class: kind })
  })
})

test('a secret is taken out in every encoding, whatever stands around it', () => {
  const secret = 'ghs_s3cr/t+value=='
  const redact = redactor([secret, undefined, 'short'])
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const whole = before + secret + after
      for (const text of [whole, encodeURIComponent(whole), JSON.stringify(whole)])
        expect(redact(text)).not.toMatch(/s3cr/)
      const encoded = Buffer.from(whole).toString('base64')
      const left = Buffer.from(redact(encoded).split('[redacted]')[0] ?? '', 'base64').toString()
      expect(left.startsWith(`${before}${secret.slice(0, 4)}`)).toBe(false)
    }),
  )
})

test('tables align their columns and colours do not count', () => {
  expect(
    table([
      ['a', '\u001b[31mbb\u001b[39m', 'c'],
      ['aaa', 'b', ''],
    ]),
  ).toBe('a    \u001b[31mbb\u001b[39m  c\naaa  b')
})

test.each([
  [5_000, '5 s'],
  [125_000, '2 min'],
  [7_300_000, '2 h'],
  [200_000_000, '2 d'],
])('%d ms ago is %s', (milliseconds, words) => {
  expect(age(new Date(1_000_000_000_000).toISOString(), 1_000_000_000_000 + milliseconds)).toBe(words)
})
