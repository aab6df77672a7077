import { defineConfig } from 'vitest/config'

export default defineConfig({
  // The first run on a machine builds a program and converts schemas; a busy machine takes its time.
  test: { include: ['src/**/*.test.ts', 'test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 300_000 },
})
