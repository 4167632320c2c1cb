import { defineConfig } from 'vitest/config'

export default defineConfig({
  // Many tests wait for processes that they started, so that no core should be kept free for us.
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000, maxWorkers: '100%' },
})
