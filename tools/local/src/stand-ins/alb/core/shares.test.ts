import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dealSlots, SLOTS } from './shares.ts'

function shares(slots: readonly string[]): Record<string, number> {
  return Object.fromEntries([...new Set(slots)].map((id) => [id, slots.filter((slot) => slot === id).length]))
}

test('weights that add up to 100 are exact in every hundred requests', () => {
  const slots = dealSlots([
    { id: 'canary', weight: 7 },
    { id: 'stable', weight: 93 },
  ])
  for (let start = 0; start < SLOTS; start += 100) {
    expect(shares(slots.slice(start, start + 100))).toEqual({ canary: 7, stable: 93 })
  }
})

test('a group without weight gets nothing, and no weight at all deals no slot', () => {
  const groups = (b: number) => [
    { id: 'a', weight: 0 },
    { id: 'b', weight: b },
  ]
  expect(new Set(dealSlots(groups(1)))).toEqual(new Set(['b']))
  expect(dealSlots(groups(0))).toEqual([])
})

test('after any number of requests each of two groups is within one request of its share', () => {
  const weight = fc.integer({ min: 0, max: 999 })
  fc.assert(
    fc.property(weight, weight, (a, b) => {
      fc.pre(a + b > 0)
      let given = 0
      dealSlots([
        { id: 'a', weight: a },
        { id: 'b', weight: b },
      ]).forEach((id, slot) => {
        if (id === 'a') given += 1
        expect(Math.abs(given - ((slot + 1) * a) / (a + b))).toBeLessThan(1 + 1e-6)
      })
    }),
    { numRuns: 50 },
  )
})
