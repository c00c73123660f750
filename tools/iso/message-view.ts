import { mask, validator, type Dissection, type IsoMessage, type Spec } from '@tsunagu/iso8583';
import { explainMessage, mtiWords, type ExplainedField } from '@tsunagu/iso8583/explain';

const NAME_WIDTH = 42;
const VALUE_WIDTH = 22;

/** A message as far as it could be read, as lines: offset, field, name, masked value, meaning; then what the rules miss. */
export function messageLines(dissection: Dissection, spec: Spec): string[] {
  const { message, spans } = dissection;
  if (message === undefined) return [];
  const offsetOf = (field: number): string => String(spans.find((span) => span.field === field)?.from ?? '');
  const lines = [
    row('offset', 'field', 'name', 'value', ''),
    ...Object.entries(message.header ?? {}).map(([name, value]) => row('', 'head', name, value.trimEnd(), '')),
    row(offsetOf(0), 'MTI', 'Message type', message.mti, mtiWords(message.mti)),
    row(offsetOf(1), 'map', 'Bitmap', `${message.fields().length} fields`, message.fields().join(' ')),
    ...explainMessage(message, spec).flatMap((field) => fieldLines(field, offsetOf(field.field))),
  ];
  return dissection.fault === undefined ? [...lines, ...issueLines(message, spec)] : lines;
}

function fieldLines({ field, name, value, words, parts }: ExplainedField, offset: string): string[] {
  const labels = Math.max(0, ...parts.map(({ label }) => label.length));
  const values = Math.max(0, ...parts.map((part) => part.value.length));
  return [
    row(offset, String(field), name, value.trimEnd(), words),
    ...parts.map((part) =>
      `${' '.repeat(15)}${part.label.padEnd(labels)}  ${part.value.padEnd(values)}  ${part.meaning}`.trimEnd(),
    ),
  ];
}

function row(offset: string, field: string, name: string, value: string, words: string): string {
  const shortName = name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name;
  return `${offset.padStart(6)}  ${field.padStart(5)}  ${shortName.padEnd(NAME_WIDTH)}  ${value.padEnd(VALUE_WIDTH)}  ${words}`.trimEnd();
}

function issueLines(message: IsoMessage, spec: Spec): string[] {
  const issues = validator(spec).check(message);
  if (issues.length === 0) return ['', `complete and consistent for ${spec.name}`];
  const nameOf = (field: number): string => spec.fields.find((one) => one.field === field)?.name ?? '';
  return [
    '',
    `rules of ${spec.name} that it does not keep:`,
    ...issues.map(({ field, rule }) => `  field ${field} (${nameOf(field)}): ${rule.replaceAll('_', ' ')}`),
  ];
}

/** The same as one JSON value. */
export function messageJson(dissection: Dissection, spec: Spec): unknown {
  const { message, spans, fault } = dissection;
  if (message === undefined) return { error: fault?.facts };
  const complete = fault === undefined ? { issues: validator(spec).check(message) } : { error: fault.facts };
  const { mti, ...header } = { mti: message.mti, ...(message.header === undefined ? {} : { header: message.header }) };
  const fields = explainMessage(message, spec).map((one) => ({
    offset: spans.find(({ field }) => field === one.field)?.from,
    ...one,
  }));
  return { mti, meaning: mtiWords(mti), ...header, fields, ...complete };
}

/** Masked values by number: what {@link mask} gives, with the header in front where there is one. */
export function maskedJson(message: IsoMessage): unknown {
  const { mti, ...fields } = mask(message);
  return message.header === undefined ? { mti, fields } : { mti, header: message.header, fields };
}
