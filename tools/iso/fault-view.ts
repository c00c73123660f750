import {
  compileSpec,
  defineSpec,
  FRAMINGS,
  mask,
  FrameDecoder,
  type CodecError,
  type Dissection,
  type FieldSpan,
  type Spec,
  type WireProfileName,
} from '@tsunagu/iso8583';

const ROW = 16;
const PROFILES: readonly WireProfileName[] = ['ascii', 'hybrid', 'binary', 'binary-lp'];

/** What each code asks the reader to look at. */
const REMEDIES: Readonly<Record<string, string>> = {
  EMPTY: 'there are no bytes',
  TRUNCATED: 'the message ends before the field does',
  BAD_DIGIT: 'a digit was expected here',
  BAD_HEX: 'an upper-case hex character was expected here',
  BAD_LENGTH: 'a length was expected here',
  LENGTH_EXCEEDS_MAX: 'the length is above the maximum of the field',
  BAD_CHAR: 'a control byte, or a byte that the character set does not have',
  BAD_SIGN: 'C or D was expected here',
  BAD_PAD_NIBBLE: 'the spare half of this byte must be filled as the profile says',
  TRAILING_BYTES: 'bytes are left after the last field that the bitmap announces',
  UNSUPPORTED_VERSION: 'the first digit of the MTI is of another edition',
  UNKNOWN_MTI: 'class, function or originator of the MTI is not in the table',
  INVALID_VALUE: 'well-formed, but impossible: a date, an inner length, or a field that may not be there',
  BAD_TLV: 'a TLV inside the field does not fill it exactly',
};

/** The fault in words: code, field by number and name, offset. */
export function faultWords(fault: CodecError, spec: Spec): string {
  const { code, field, offset } = fault;
  const remedy = REMEDIES[code] ?? 'it is malformed';
  return `${code} at offset ${offset}, ${placeOf(field, spec)}: ${remedy}`;
}

function placeOf(field: number | null, spec: Spec): string {
  if (field === null) return 'no field';
  if (field === 0) return 'MTI';
  if (field === 1) return 'bitmap';
  const name = spec.fields.find((one) => one.field === field)?.name ?? 'not in the table';
  return `field ${field} (${name})`;
}

/**
 * The row of the dump that holds the fault, and an arrow under it. Only bytes of fields that may be shown are printed: after the fault nobody
 * knows what the bytes are.
 */
export function faultView(bytes: Buffer, offset: number, dissection: Dissection, spec: Spec): string[] {
  const shown = shownSpans(dissection, spec);
  const from = Math.max(0, Math.min(offset, bytes.length) - (Math.min(offset, bytes.length) % ROW));
  const cells = Array.from({ length: Math.max(0, Math.min(ROW, bytes.length - from)) }, (_, index) => {
    const at = from + index;
    return shown.some((span) => at >= span.from && at < span.to)
      ? (bytes[at] as number).toString(16).toUpperCase().padStart(2, '0')
      : '··';
  });
  const label = String(from).padStart(6);
  return [`${label}  ${cells.join(' ')}`, `${' '.repeat(label.length + 2 + (offset - from) * 3)}^^`];
}

/** MTI, bitmap, and the fields whose value the mask shows as it is. */
function shownSpans({ message, spans }: Dissection, spec: Spec): FieldSpan[] {
  const masked = message === undefined ? {} : mask(message);
  return spans.filter(({ field }) => {
    const isSensitive = spec.fields.find((one) => one.field === field)?.isSensitive ?? true;
    return field <= 1 || (!isSensitive && masked[field] === message?.text(field));
  });
}

/** How else the bytes could be read: the usual mistakes are a frame header left in, and another profile. */
export function hints(bytes: Buffer, isFramed: boolean, profile: string): string[] {
  const found: string[] = [];
  for (const name of PROFILES) {
    if (name !== profile && isReadable(name, bytes)) found.push(`it reads well with --profile ${name}`);
  }
  if (isFramed || found.length > 0) return found;
  for (const framing of FRAMINGS) {
    const { frames, fault } = new FrameDecoder(framing).push(bytes);
    const [first] = frames;
    if (fault !== null || first === undefined) continue;
    const reader = PROFILES.find((name) => isReadable(name, first));
    if (reader !== undefined) found.push(`it looks framed: try --framing ${framing} --profile ${reader}`);
  }
  return found;
}

function isReadable(profile: WireProfileName, bytes: Buffer): boolean {
  return compileSpec(defineSpec(profile)).dissect(bytes).fault === undefined;
}
