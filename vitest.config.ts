import { defineConfig } from 'vitest/config'

// .ci/run names a file to count the tests in.
const counts = process.env.BACKEND_ENGINEER_TEST_RESULTS

/** Tests that build and run applications: each takes both cores, so they come last and one by one. */
const applications = [
  'test/{build,built,conventions,endpoint-tests,fix,fixed,interruption,mcp-runs,no-way-out,prove,secrets,surfaces}.test.ts',
  'src/operations/optimize.test.ts',
  'src/proof/{draft,format-draft}.test.ts',
  'src/runtime/{app,requests}/{bring-up,workshop,live}.test.ts',
  'src/runtime/capture/capture.test.ts',
]

export default defineConfig({
  test: {
    globalSetup: 'test/compiled.ts',
    testTimeout: 20_000,
    reporters: counts ? ['default', ['json', { outputFile: counts }]] : ['default'],
    projects: [
      {
        extends: true,
        test: {
          name: 'units',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: applications,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'applications',
          include: applications,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
