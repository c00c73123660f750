import type { IsoMessage } from '@tsunagu/iso8583';
import type { Script, ScriptStep, StepAnswer, StepCondition, StepExpectation } from './script.js';

/** One message that met a step. Names fields and rules, never a value. */
export interface ExpectationRecord {
  readonly link: string;
  readonly script: string;
  readonly step: string;
  readonly mti: string;
  readonly stan: string;
  readonly rrn: string | null;
  readonly verdict: 'met' | 'failed';
  readonly failures: readonly { readonly field: number | null; readonly rule: string }[];
  readonly at: string;
}

/** How many messages are remembered; the oldest are forgotten first. */
const RECORDS_MAX = 10_000;

/** The scripts at work: which step a message meets, and what was expected of it. */
export class ScriptBook {
  #scripts: readonly Script[] = [];
  #met = new Map<string, number>();
  #records: ExpectationRecord[] = [];

  constructor(private readonly now: () => number = Date.now) {}

  get scripts(): readonly Script[] {
    return this.#scripts;
  }

  get records(): readonly ExpectationRecord[] {
    return this.#records;
  }

  /** Replace all scripts; what was met and expected before is forgotten. */
  replace(scripts: readonly Script[]): void {
    this.#scripts = scripts;
    this.#met = new Map();
    this.#records = [];
  }

  /** @param mac whether the MAC is right; null when the message carries none @returns what the host shall do, when a step meets the message */
  meet(link: string, message: IsoMessage, mac: boolean | null): StepAnswer | undefined {
    for (const script of this.#scripts) {
      if (script.link !== '*' && script.link !== link) continue;
      const step = script.steps.find(
        (one) => this.#timesMet(link, script, one.name) < one.times && isMeant(one.when, message),
      );
      if (step === undefined) continue;
      this.#record(link, script, step, { message, mac });
      return step.answer;
    }
    return undefined;
  }

  #record(link: string, script: Script, step: ScriptStep, seen: { message: IsoMessage; mac: boolean | null }): void {
    const { message } = seen;
    const isOrdered = step.expect.after === undefined || this.#timesMet(link, script, step.expect.after) > 0;
    const failures = [...failuresOf(step.expect, message, seen.mac)];
    if (!isOrdered) failures.push({ field: null, rule: `sequence: ${step.expect.after} comes first` });
    this.#met.set(nameOf(link, script, step.name), this.#timesMet(link, script, step.name) + 1);
    this.#records.push({
      link,
      script: script.name,
      step: step.name,
      mti: message.mti,
      stan: message.text(11) ?? '',
      rrn: message.text(37) ?? null,
      verdict: failures.length === 0 ? 'met' : 'failed',
      failures,
      at: new Date(this.now()).toISOString(),
    });
    if (this.#records.length > RECORDS_MAX) this.#records.shift();
  }

  #timesMet(link: string, script: Script, step: string): number {
    return this.#met.get(nameOf(link, script, step)) ?? 0;
  }
}

function nameOf(link: string, script: Script, step: string): string {
  return JSON.stringify([link, script.name, step]);
}

function isMeant(when: StepCondition, message: IsoMessage): boolean {
  const amount = Number(message.text(4) ?? 0);
  const isAmount = when.amount === undefined || (amount >= when.amount.min && amount <= when.amount.max);
  const isFunction = when.function === undefined || message.text(24) === when.function;
  return when.mti === message.mti && isFunction && isAmount && isCard(when.cards, message) && areFields(when, message);
}

function isCard(cards: StepCondition['cards'], message: IsoMessage): boolean {
  if (cards === undefined) return true;
  const digits = (message.text(2) ?? message.text(35) ?? '').slice(0, cards.from.length);
  return digits.length === cards.from.length && digits >= cards.from && digits <= cards.to;
}

function areFields({ fields }: StepCondition, message: IsoMessage): boolean {
  return [...fields].every(([field, pattern]) => pattern.test(textOf(message, field) ?? ''));
}

function* failuresOf(
  expect: StepExpectation,
  message: IsoMessage,
  mac: boolean | null,
): Iterable<{ field: number | null; rule: string }> {
  for (const field of expect.present) if (!message.has(field)) yield { field, rule: 'present' };
  for (const field of expect.absent) if (message.has(field)) yield { field, rule: 'absent' };
  for (const [field, pattern] of expect.values)
    if (!pattern.test(textOf(message, field) ?? '')) yield { field, rule: `value ${pattern.source}` };
  const macRule = macFailure(expect.mac, mac);
  if (macRule !== undefined) yield { field: 64, rule: macRule };
}

function macFailure(expected: boolean | undefined, mac: boolean | null): string | undefined {
  if (expected === true && mac !== true) return mac === null ? 'MAC present' : 'MAC right';
  return expected === false && mac !== null ? 'MAC absent' : undefined;
}

/** Binary fields as hex. */
function textOf(message: IsoMessage, field: number): string | undefined {
  return message.text(field) ?? message.bytes(field)?.toString('hex').toUpperCase();
}
