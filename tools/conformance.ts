import { parseArgs } from 'node:util';
import { HsmTarget } from './conformance/hsm-target.js';
import { report, runVectors } from './conformance/run-vectors.js';
import { openProvider } from './conformance/providers.js';
import { VectorFileError, readVectorFile, type VectorFile } from './conformance/vector-file.js';
import { failInOneLine } from './proof/fail.js';

const HELP = `npm run conformance -- FILE... [--hsm software|pkcs11]
Runs vector files (JSON) through this code, on the chosen HSM provider. Families are told apart by what their cases hold.
  --hsm <name>   provider that the cases go through: software (default) or pkcs11
Prints one line a family and one for each failed case. Exit: 0 all passed, 1 something failed, 2 could not run.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { hsm: { type: 'string', default: 'software' }, help: { type: 'boolean' } },
  });
  if (values.help) return print([HELP]);
  if (positionals.length === 0) throw new RangeError('name at least one vector file; --help says how');
  const { files, errors } = await readAll(positionals);
  const target = await HsmTarget.over(await openProvider(values.hsm));
  try {
    const results = await runVectors(files, target);
    print([...report(results, target.name), ...errors.map((error) => `failed file: ${error}`)]);
    return errors.length > 0 || results.some(({ failed }) => failed.length > 0) ? 1 : 0;
  } finally {
    await target.close();
  }
}

async function readAll(paths: readonly string[]): Promise<{ files: VectorFile[]; errors: string[] }> {
  const files: VectorFile[] = [];
  const errors: string[] = [];
  for (const path of paths) {
    try {
      const file = await readVectorFile(path);
      for (const warning of file.warnings) process.stderr.write(`${warning}\n`);
      files.push(file);
    } catch (error) {
      if (!(error instanceof VectorFileError)) throw error;
      errors.push(error.message);
    }
  }
  return { files, errors };
}

function print(lines: readonly string[]): number {
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

process.exitCode = await main().catch(failInOneLine);
