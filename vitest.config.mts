import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['@tsunagu/source'] },
  ssr: { resolve: { conditions: ['@tsunagu/source'] } },
  test: {
    include: [
      '{apps/*,libs/*/*}/src/**/*{.,.int-}spec.ts',
      'test/**/*{.,.int-,.e2e-}spec.ts',
      'tools/**/*{.,.int-}spec.ts',
    ],
    setupFiles: ['./vitest.setup.ts'],
    globalSetup: ['./test/kit/global-setup.ts'],
    pool: 'forks',
    isolate: false,
  },
});
