import { defineConfig } from 'vitest/config'

/** Files that drive a real browser. They are a project of their own because they need one installed (scripts/test/browser.ts). */
const browserTests = ['tests/browser/**/*.test.ts', 'tests/ui*.test.ts']
/** Series that take minutes: run by `npm run test:long` only. */
const longTests = '**/*.long.test.ts'
const webkitTests = 'tests/webkit/**/*.test.ts'
/** They need dist/, which `npm run test:packaged` makes. */
const packagedTests = 'tests/packaged/**/*.test.ts'
const ignored = ['**/node_modules/**', 'build/**', 'dist/**', longTests]

export default defineConfig({
  test: {
    environment: 'node',
    // Real processes: tests start children, send signals and look at descriptors.
    pool: 'forks',
    // The promise of .ci/run, and what leaves a two-core machine usable: models in the tests have one thread each.
    maxWorkers: 2,
    setupFiles: ['tests/support/deterministic.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    // A test that leaves a promise to fail behind its back is a failed test.
    dangerouslyIgnoreUnhandledErrors: false,
    restoreMocks: true,
    projects: [
      {
        extends: true,
        test: {
          name: 'core',
          include: ['core/**/*.test.ts', 'ui/**/*.test.ts', 'scripts/**/*.test.ts', 'tests/**/*.test.ts'],
          exclude: [...ignored, ...browserTests, webkitTests, packagedTests],
        },
      },
      {
        extends: true,
        // Starting a browser on a busy machine takes its time.
        test: { name: 'browser', include: browserTests, exclude: ignored, hookTimeout: 180_000 },
      },
      {
        extends: true,
        test: {
          name: 'webkit',
          include: [webkitTests],
          exclude: ignored,
          testTimeout: 60_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: { name: 'packaged', include: [packagedTests], exclude: ignored, testTimeout: 60_000 },
      },
      {
        extends: true,
        test: { name: 'long', include: [longTests], exclude: ['**/node_modules/**', 'build/**', 'dist/**'] },
      },
    ],
  },
})
