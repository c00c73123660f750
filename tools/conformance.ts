import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PARSING_SURFACES } from './conformance/fuzz/parsing-surfaces.js';
import { payloadSurfaces } from './conformance/fuzz/payload-surfaces.js';
import { fuzzReport, isClean, runFuzz } from './conformance/fuzz/run-fuzz.js';
import { isoFuzzReport, runIsoFuzz } from './conformance/fuzz/run-iso-fuzz.js';
import { HsmTarget, type ProviderUnderTest } from './conformance/hsm-target.js';
import { report, runVectors } from './conformance/run-vectors.js';
import { openProvider } from './conformance/providers.js';
import { VectorFileError, readVectorFile, type VectorFile } from './conformance/vector-file.js';
import { failInOneLine } from './proof/fail.js';

const HELP = `npm run conformance -- FILE... [--hsm software|pkcs11] [--fuzz N | --fuzz-iso N] [--seed N]
Runs vector files (JSON) through this code, on the chosen HSM provider. Families are told apart by what their cases hold.
  --hsm <name>   provider that the cases go through: software (default) or pkcs11
  --fuzz <n>     feed n damaged inputs to every reader of bytes; each is opened or refused in one way, or the run fails
  --fuzz-iso <n> the same for ISO 8583 alone: framing, codec and rules; none may take longer than 50 ms
  --seed <n>     the same seed gives the same inputs (default: one by chance, printed)
Prints one line a family and one for each failed case. Exit: 0 all passed, 1 something failed, 2 could not run.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      hsm: { type: 'string', default: 'software' },
      fuzz: { type: 'string' },
      'fuzz-iso': { type: 'string' },
      seed: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return print([HELP]);
  if (positionals.length === 0 && values.fuzz === undefined && values['fuzz-iso'] === undefined)
    throw new RangeError('name at least one vector file, or --fuzz; --help says how');
  const { files, errors } = await readAll(positionals);
  const provider = await openProvider(values.hsm);
  try {
    const target = await HsmTarget.over(provider);
    const results = await runVectors(files, target);
    print([...report(results, target.name), ...errors.map((error) => `failed file: ${error}`)]);
    const isFuzzClean = await isCleanUnder(provider, values);
    return errors.length > 0 || results.some(({ failed }) => failed.length > 0) || !isFuzzClean ? 1 : 0;
  } finally {
    await provider.close();
  }
}

/** Whether every input of the runs that were asked for was taken or refused in one way. */
async function isCleanUnder(
  provider: ProviderUnderTest,
  asked: { readonly fuzz?: string; readonly 'fuzz-iso'?: string; readonly seed?: string },
): Promise<boolean> {
  const seed = seedOf(asked.seed);
  const isClean = asked.fuzz === undefined || (await fuzz(provider, wholeNumber(asked.fuzz), seed));
  const isIsoClean = asked['fuzz-iso'] === undefined || (await fuzzIso(wholeNumber(asked['fuzz-iso']), seed));
  return isClean && isIsoClean;
}

async function fuzz(provider: ProviderUnderTest, inputs: number, seed: number): Promise<boolean> {
  process.stderr.write(`seed ${seed}\n`);
  const results = await runFuzz([...PARSING_SURFACES, ...(await payloadSurfaces(provider))], inputs, seed);
  print(fuzzReport(results, seed));
  return results.every(isClean);
}

async function fuzzIso(inputs: number, seed: number): Promise<boolean> {
  process.stderr.write(`seed ${seed}\n`);
  const run = await runIsoFuzz(join('test', 'vectors', 'iso8583', 'iso8583-1993.json'), inputs, seed);
  print(isoFuzzReport(run, seed));
  return run.isClean;
}

function seedOf(text: string | undefined): number {
  return text === undefined ? randomInt(1, 1_000_000_000) : wholeNumber(text);
}

function wholeNumber(text: string): number {
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new RangeError('--fuzz and --seed are whole numbers from 1 to 999999999');
  return Number(text);
}

async function readAll(paths: readonly string[]): Promise<{ files: VectorFile[]; errors: string[] }> {
  const files: VectorFile[] = [];
  const errors: string[] = [];
  for (const path of paths) {
    try {
      // npm runs this in the root of the house; a path is meant from where the caller stands
      const file = await readVectorFile(resolve(process.env['INIT_CWD'] ?? '.', path));
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
  if (lines.length > 0) process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

process.exitCode = await main().catch(failInOneLine);
