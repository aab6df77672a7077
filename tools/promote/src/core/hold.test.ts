import fc from 'fast-check'
import { expect, test } from 'vitest'
import { holdReason, readHold, writeHold } from './hold.ts'

test('a hold reads back as it was written, whatever the reason', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      fc.pre(/[^\s\p{C}]/u.test(text))
      const reason = holdReason(`a ${text}`)
      expect(readHold(writeHold({ reason }))).toEqual({ reason })
    }),
  )
})

test('no file is no hold', () => {
  expect(readHold(null)).toBeNull()
  expect(readHold(undefined)).toBeNull()
})

test.each(['', 'reason: [', 'reason: 1\n', 'why: x\n', 'reason: ""\n', 'reason: a\nuntil: b\n'])(
  'a file that can not be understood holds all the same: %j',
  (text) => {
    expect(readHold(text)).toEqual({ reason: 'hold.yaml does not say why' })
  },
)

test.each([' ', '\u202e', 'x'.repeat(501)])(
  'a reason that says nothing, or too much, is wrong use: %j',
  (text) => {
    expect(() => holdReason(text)).toThrow(expect.objectContaining({ exitCode: 2, code: 'reason-malformed' }))
  },
)
