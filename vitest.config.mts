import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@tsunagu/source'] },
  ssr: { resolve: { conditions: ['@tsunagu/source'] } },
  test: {
    include: ['{apps/*,libs/*/*}/src/**/*{.,.int-}spec.ts', 'test/**/*{.,.e2e-}spec.ts', 'tools/**/*.spec.ts'],
    setupFiles: ['./vitest.setup.ts'],
    pool: 'forks',
    isolate: false,
  },
});
