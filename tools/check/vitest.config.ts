import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The first run on a machine builds a program and converts schemas; a busy machine takes its time.
  // No test changes what another one reads, so files share their modules.
  test: {
    isolate: false,
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 300_000,
  },
})
