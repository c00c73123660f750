import { FrameDecoder, compileSpec, frame } from '@tsunagu/iso8583';
import { faultView, faultWords, hints } from './fault-view.js';
import { bytesOfHex } from './hex-input.js';
import { IsoTrouble } from './iso-trouble.js';
import { bytesOfJson } from './message-input.js';
import { maskedJson, messageJson, messageLines } from './message-view.js';
import { HELP, readOptions, type IsoOptions } from './options.js';

/** What a run prints and how it ends: 0 done, 1 the message is malformed, 2 the command was wrong. */
export interface IsoRun {
  readonly code: 0 | 1 | 2;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** @param standardInput asked for only when the command has no input of its own */
export async function runIso(args: readonly string[], standardInput: () => Promise<string>): Promise<IsoRun> {
  try {
    const options = await readOptions(args);
    if (options === undefined) return { code: 0, out: [HELP], err: [] };
    const input = options.input ?? (await standardInput());
    return options.verb === 'encode' ? encode(input, options) : read(bytesOfHex(input), options);
  } catch (error) {
    if (error instanceof IsoTrouble) return { code: 2, out: [], err: error.lines };
    throw error;
  }
}

function encode(input: string, { spec, framing }: IsoOptions): IsoRun {
  const bytes = bytesOfJson(input, spec);
  const whole = framing === undefined ? bytes : frame(framing, bytes);
  return { code: 0, out: [whole.toString('hex').toUpperCase()], err: [] };
}

function read(bytes: Buffer, options: IsoOptions): IsoRun {
  if (options.framing === undefined) return readMessage(bytes, options);
  const decoder = new FrameDecoder(options.framing);
  const { frames, fault } = decoder.push(bytes);
  const runs = frames.map((one, index) => {
    const run = readMessage(one, options);
    const title = options.isJson || options.verb === 'decode' ? [] : [`frame ${index + 1}: ${one.length} bytes`];
    return { ...run, out: [...title, ...run.out] };
  });
  const ends = endOfStream(
    bytes,
    decoder.pendingBytes,
    frames.length,
    fault === null ? undefined : faultWords(fault, options.spec),
  );
  return {
    code: ends.length > 0 || runs.some(({ code }) => code !== 0) ? 1 : 0,
    out: runs.flatMap(({ out }) => out),
    err: [...runs.flatMap(({ err }) => err), ...ends],
  };
}

function endOfStream(bytes: Buffer, pending: number, frames: number, fault: string | undefined): string[] {
  if (fault !== undefined) return [`the stream ends here: ${fault}; the ${frames} frames before it are good`];
  if (pending > 0) return [`the last frame is not whole: ${pending} of ${bytes.length} bytes wait for the rest`];
  return frames === 0 ? ['only keep-alives (empty frames): there is no message'] : [];
}

function readMessage(bytes: Buffer, { spec, verb, framing, isJson, profile }: IsoOptions): IsoRun {
  const dissection = compileSpec(spec).dissect(bytes);
  const { message, fault } = dissection;
  const err =
    fault === undefined
      ? []
      : [
          faultWords(fault, spec),
          ...faultView(bytes, fault.offset, dissection, spec),
          ...hints(bytes, framing !== undefined, profile),
        ];
  const code = fault === undefined ? 0 : 1;
  if (verb === 'explain') {
    const out = isJson ? [JSON.stringify(messageJson(dissection, spec), null, 2)] : messageLines(dissection, spec);
    return { code, out, err };
  }
  const isWhole = fault === undefined && message !== undefined;
  return { code, out: isWhole ? [JSON.stringify(maskedJson(message), null, 2)] : [], err };
}
