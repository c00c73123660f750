const own = (id) =>
  id.startsWith('.') || id.startsWith('/') || id.startsWith('@tsunagu/') || id.startsWith('@oxc-project/');

/**
 * How an app or a tool becomes one file; node_modules stay outside.
 * @param {string} name folder below dist/
 * @param {string} input entry, relative to the root
 */
export function bundleOptions(name, input) {
  return {
    input,
    platform: 'node',
    tsconfig: 'tsconfig.json',
    resolve: {
      conditionNames: ['@tsunagu/source', 'import', 'node', 'default'],
      extensionAlias: { '.js': ['.ts', '.js'] },
    },
    external: (id) => !own(id), // decorator helpers live in @oxc-project/*: they must be bundled
    output: {
      dir: `dist/${name}`,
      format: 'esm',
      sourcemap: true,
      entryFileNames: 'main.js',
      keepNames: true, // two classes of one name would otherwise become Same and Same$1 in schemas and migrations
      codeSplitting: false, // with chunks, class-transformer runs before reflect-metadata
    },
  };
}

/**
 * How the script of a page becomes one file that any browser runs; nothing stays outside.
 * @param {string} name folder below dist/
 * @param {string} input entry, relative to the root
 */
export function pageOptions(name, input) {
  const { output, external: _outside, ...options } = bundleOptions(name, input);
  const conditionNames = ['@tsunagu/source', 'browser', 'import', 'default'];
  return {
    ...options,
    platform: 'browser',
    resolve: { ...options.resolve, conditionNames },
    output: { ...output, keepNames: false },
  };
}
