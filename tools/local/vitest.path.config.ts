import { defineConfig } from 'vitest/config'

/** The whole path on a real cluster: one story, told in order. */
export default defineConfig({
  test: {
    include: ['path/**/*.test.ts'],
    fileParallelism: false,
    sequence: { concurrent: false },
    bail: 1,
    testTimeout: 20 * 60_000,
    hookTimeout: 20 * 60_000,
  },
})
