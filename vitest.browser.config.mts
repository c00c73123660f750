import { defineConfig } from 'vitest/config';

/** `npm run browser`: real browser, real house; one after the other, because they share both. */
export default defineConfig({
  resolve: { conditions: ['@tsunagu/source'] },
  ssr: { resolve: { conditions: ['@tsunagu/source'] } },
  test: {
    include: ['test/browser/**/*.browser-spec.ts'],
    setupFiles: ['./vitest.setup.ts'],
    pool: 'forks',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});
