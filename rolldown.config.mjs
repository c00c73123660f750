import { defineConfig } from 'rolldown';

const app = process.env.APP ?? 'api';
const input = process.env.ENTRY ?? `apps/${app}/src/main.ts`;
const own = (id) =>
  id.startsWith('.') || id.startsWith('/') || id.startsWith('@tsunagu/') || id.startsWith('@oxc-project/');

export default defineConfig({
  input,
  platform: 'node',
  tsconfig: 'tsconfig.json',
  resolve: {
    conditionNames: ['@tsunagu/source', 'import', 'node', 'default'],
    extensionAlias: { '.js': ['.ts', '.js'] },
  },
  external: (id) => !own(id), // decorator helpers live in @oxc-project/*: they must be bundled
  output: {
    dir: `dist/${app}`,
    format: 'esm',
    sourcemap: true,
    entryFileNames: 'main.js',
    keepNames: true, // two classes of one name would otherwise become Same and Same$1 in schemas and migrations
    codeSplitting: false, // with chunks, class-transformer runs before reflect-metadata
  },
});
