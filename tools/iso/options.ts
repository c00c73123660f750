import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { FRAMINGS, SpecError, readSpec, type Framing, type Spec } from '@tsunagu/iso8583';
import { parse as parseYaml, YAMLParseError } from 'yaml';
import { IsoTrouble } from './iso-trouble.js';

const VERBS = ['decode', 'encode', 'explain'] as const;
type Verb = (typeof VERBS)[number];

export const HELP = `npm run iso -- decode|encode|explain [INPUT] [options]
Looks at ISO 8583 messages. INPUT is hex (decode, explain) or JSON (encode); without it, standard input is read.
Card data is shown as a mask, always.

  explain   every field with its offset, name and meaning: MTI, processing code, POS data, codes, TLV tags, original data
  decode    the message as JSON, masked
  encode    hex from JSON: {"mti":"1804","fields":{"7":"1121000100","11":"000901","52":{"hex":"0123456789ABCDEF"}}}

  --profile <name>   ascii, hybrid (default), binary or binary-lp
  --framing <name>   the hex is a stream of frames: ${FRAMINGS.join(', ')}
  --spec <file>      JSON or YAML: {"base":"iso8583-1993","profile":"ascii","fields":{"35":{"characters":"track-nibbles"}}}
                     bases: iso8583-1993, unionpay-1987, unionpay-1987-terminal; or one of these names instead of a file
  --json             explain: one JSON object instead of a table
  --help             this text

Examples
  npm run iso -- explain 31383034023001008000000031313231303030313030303030393031323631313231303930313030383331313138383030313233343536 37
  echo '{"mti":"1804","fields":{"11":"000901","24":"831"}}' | npm run --silent iso -- encode --profile binary --framing be2
Exit: 0 done, 1 a message is malformed or its stream is not whole, 2 the command was wrong.`;

/** What to do, how messages are written, and where the input is. */
export interface IsoOptions {
  readonly verb: Verb;
  readonly spec: Spec;
  /** As the user named it; for hints only. */
  readonly profile: string;
  readonly framing: Framing | undefined;
  /** Undefined = standard input. */
  readonly input: string | undefined;
  readonly isJson: boolean;
}

/** @returns undefined when help was asked for @throws IsoTrouble the command is wrong */
export async function readOptions(args: readonly string[]): Promise<IsoOptions | undefined> {
  const { values, positionals } = parsed(args);
  if (values.help === true) return undefined;
  const [verb, ...rest] = positionals;
  const known = VERBS.find((one) => one === verb);
  if (known === undefined) throw new IsoTrouble([`say what to do: ${VERBS.join(', ')}; --help says more`]);
  const framing = FRAMINGS.find((one) => one === values.framing);
  if (values.framing !== undefined && framing === undefined)
    throw new IsoTrouble([`there is no framing of that name; there are ${FRAMINGS.join(', ')}`]);
  const isStandardInput = rest.length === 0 || (rest.length === 1 && rest[0] === '-');
  return {
    verb: known,
    spec: await specOf(values.spec, values.profile),
    profile: values.profile ?? 'hybrid',
    framing,
    input: isStandardInput ? undefined : rest.join(' '),
    isJson: values.json === true,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        profile: { type: 'string' },
        framing: { type: 'string' },
        spec: { type: 'string' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new IsoTrouble([`${error instanceof Error ? error.message : 'the options are wrong'}`, '--help says more']);
  }
}

async function specOf(file: string | undefined, profile: string | undefined): Promise<Spec> {
  const own = profile === undefined ? {} : { profile };
  const content = file === undefined ? {} : await contentOf(file);
  try {
    return readSpec(isRecord(content) ? { ...content, ...own } : content);
  } catch (error) {
    if (error instanceof SpecError) throw new IsoTrouble([error.message]);
    throw error;
  }
}

/** A name of a base, or a file. */
async function contentOf(file: string): Promise<unknown> {
  if (/^[a-z0-9-]+$/.test(file)) return { base: file };
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch {
    throw new IsoTrouble([`${file} cannot be read`]);
  }
  try {
    return parseYaml(text) as unknown;
  } catch (error) {
    if (error instanceof YAMLParseError) throw new IsoTrouble([`${file} is neither JSON nor YAML (${error.code})`]);
    throw error;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
