import { defineConfig } from 'vitest/config'

// .ci/run names a file to count the tests in.
const counts = process.env.BACKEND_ENGINEER_TEST_RESULTS

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: 'test/compiled.ts',
    testTimeout: 20_000,
    reporters: counts ? ['default', ['json', { outputFile: counts }]] : ['default'],
  },
})
