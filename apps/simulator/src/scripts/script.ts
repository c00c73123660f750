import { parse, YAMLParseError } from 'yaml';
import { FAULT_KINDS, type FaultKind } from '../faults/fault-rule.js';

/** Which messages a step means; what is left out matches all. Patterns are regular expressions over the whole value. */
export interface StepCondition {
  readonly mti: string;
  /** Field 24. */
  readonly function?: string;
  /** Field 4, minor units. */
  readonly amount?: { readonly min: number; readonly max: number };
  /** First digits of the card number, from and to, of equal length. */
  readonly cards?: { readonly from: string; readonly to: string };
  readonly fields: ReadonlyMap<number, RegExp>;
}

/** What a message must be when a step meets it. */
export interface StepExpectation {
  readonly present: readonly number[];
  readonly absent: readonly number[];
  readonly values: ReadonlyMap<number, RegExp>;
  /** A right MAC, or none at all. */
  readonly mac?: boolean;
  /** Name of a step of the same script that must have been met before, on the same link. */
  readonly after?: string;
}

/** What the host does in place of its own decision. */
export interface StepAnswer {
  readonly action?: string;
  readonly fields: ReadonlyMap<number, string>;
  readonly delayMs?: number;
  readonly fault?: FaultKind;
}

export interface ScriptStep {
  readonly name: string;
  readonly when: StepCondition;
  readonly expect: StepExpectation;
  readonly answer: StepAnswer;
  /** How many messages it serves; then the next step that matches does. */
  readonly times: number;
}

export interface Script {
  readonly name: string;
  /** Name of a link, or `*`. */
  readonly link: string;
  readonly steps: readonly ScriptStep[];
}

/** The script is wrong; says where and what, in one sentence. */
export class ScriptError extends Error {}

const DELAY_MAX_MS = 600_000;
const PATTERN_MAX = 200;

/** Read one script or a list of them from YAML (or JSON, which is YAML). @throws ScriptError names the place */
export function parseScripts(text: string): Script[] {
  let content: unknown;
  try {
    content = parse(text, { maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof YAMLParseError)
      throw new ScriptError(`not YAML: ${error.code} at line ${error.linePos?.[0].line}`);
    throw error;
  }
  if (content === null || content === undefined) return [];
  const list = Array.isArray(content) ? (content as unknown[]) : [content];
  return list.map((entry, index) => scriptOf(new Node(entry, `script ${index + 1}`)));
}

function scriptOf(node: Node): Script {
  node.allow('name', 'link', 'steps');
  const name = node.text('name');
  const steps = node.list('steps').map((step, index) => stepOf(new Node(step, `${name}, step ${index + 1}`)));
  return { name, link: node.text('link', '*'), steps };
}

function stepOf(node: Node): ScriptStep {
  node.allow('name', 'when', 'expect', 'answer', 'times');
  const [when, expect, answer] = ['when', 'expect', 'answer'].map((key) => node.inner(key)) as [Node, Node, Node];
  return {
    name: node.text('name'),
    when: conditionOf(when),
    expect: expectationOf(expect),
    answer: answerOf(answer),
    times: node.whole('times', 1_000_000) ?? Infinity,
  };
}

function conditionOf(node: Node): StepCondition {
  node.allow('mti', 'function', 'amount', 'cards', 'fields');
  const mti = node.text('mti');
  if (!/^1[1-8][02]\d$/.test(mti)) throw node.fault('mti', 'is a request or an advice, in quotes: "1200"');
  return {
    mti,
    function: node.optional('function', /^\d{3}$/, 'is three digits in quotes'),
    amount: amountOf(node),
    cards: cardsOf(node),
    fields: node.patterns('fields'),
  };
}

function amountOf(node: Node): StepCondition['amount'] {
  const single = node.value('amount');
  if (typeof single !== 'object' || single === null) {
    const exact = node.whole('amount', 999_999_999_999);
    return exact === undefined ? undefined : { min: exact, max: exact };
  }
  const range = node.inner('amount');
  range.allow('min', 'max');
  return { min: range.whole('min', 999_999_999_999) ?? 0, max: range.whole('max', 999_999_999_999) ?? Infinity };
}

function cardsOf(node: Node): StepCondition['cards'] {
  if (node.value('cards') === undefined) return undefined;
  const cards = node.inner('cards');
  cards.allow('from', 'to');
  const from = cards.text('from');
  const to = cards.text('to', from);
  const areRange = /^\d{1,9}$/.test(from) && to.length === from.length && to >= from;
  if (!areRange) throw cards.fault('from', 'and to are up to nine digits of the same length, in quotes');
  return { from, to };
}

function expectationOf(node: Node): StepExpectation {
  node.allow('present', 'absent', 'values', 'mac', 'after');
  const mac = node.value('mac');
  if (mac !== undefined && typeof mac !== 'boolean') throw node.fault('mac', 'is true or false');
  return {
    present: node.fieldNumbers('present'),
    absent: node.fieldNumbers('absent'),
    values: node.patterns('values'),
    mac,
    after: node.value('after') === undefined ? undefined : node.text('after'),
  };
}

function answerOf(node: Node): StepAnswer {
  node.allow('action', 'fields', 'delayMs', 'fault');
  const fault = node.value('fault');
  if (fault !== undefined && !FAULT_KINDS.includes(fault as FaultKind))
    throw node.fault('fault', `is one of ${FAULT_KINDS.join(', ')}`);
  return {
    action: node.optional('action', /^\d{3}$/, 'is three digits in quotes'),
    fields: node.fields('fields'),
    delayMs: node.whole('delayMs', DELAY_MAX_MS),
    fault: fault as FaultKind | undefined,
  };
}

/** A mapping of the file, with its place for whoever has to mend it. */
class Node {
  readonly #entries: Readonly<Record<string, unknown>>;

  constructor(
    content: unknown,
    private readonly place: string,
  ) {
    const isMapping = typeof content === 'object' && content !== null && !Array.isArray(content);
    if (!isMapping && content !== undefined) throw new ScriptError(`${place} must be a mapping`);
    this.#entries = (content ?? {}) as Record<string, unknown>;
  }

  fault(key: string, rule: string): ScriptError {
    return new ScriptError(`${this.place}: ${key} ${rule}`);
  }

  allow(...keys: string[]): void {
    const strange = Object.keys(this.#entries).find((key) => !keys.includes(key));
    if (strange !== undefined) throw this.fault(strange.slice(0, 20), `is not known; known are ${keys.join(', ')}`);
  }

  value(key: string): unknown {
    return Object.hasOwn(this.#entries, key) ? this.#entries[key] : undefined;
  }

  inner(key: string): Node {
    return new Node(this.value(key), `${this.place}, ${key}`);
  }

  list(key: string): unknown[] {
    const value = this.value(key);
    if (!Array.isArray(value) || value.length === 0) throw this.fault(key, 'is a list with at least one entry');
    return value as unknown[];
  }

  text(key: string, fallback?: string): string {
    const value = this.value(key) ?? fallback;
    if (typeof value !== 'string' || value === '' || value.length > PATTERN_MAX)
      throw this.fault(key, 'is a text, in quotes when it is made of digits');
    return value;
  }

  optional(key: string, pattern: RegExp, rule: string): string | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || !pattern.test(value)) throw this.fault(key, rule);
    return value;
  }

  whole(key: string, max: number): number | undefined {
    const value = this.value(key);
    if (value === undefined) return undefined;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > max)
      throw this.fault(key, `is a whole number up to ${max}`);
    return value;
  }

  fieldNumbers(key: string): number[] {
    const value = this.value(key) ?? [];
    if (!Array.isArray(value)) throw this.fault(key, 'is a list of field numbers');
    return value.map((field) => this.#fieldNumber(key, String(field)));
  }

  /** Field numbers to texts. */
  fields(key: string): Map<number, string> {
    const inner = this.inner(key);
    return new Map(Object.keys(inner.#entries).map((field) => [inner.#fieldNumber(field, field), inner.text(field)]));
  }

  /** Field numbers to expressions over the whole value. */
  patterns(key: string): Map<number, RegExp> {
    return new Map([...this.fields(key)].map(([field, pattern]) => [field, this.#pattern(key, field, pattern)]));
  }

  #pattern(key: string, field: number, pattern: string): RegExp {
    try {
      return new RegExp(`^(?:${pattern})$`);
    } catch {
      throw this.fault(`${key} ${field}`, 'is no regular expression');
    }
  }

  #fieldNumber(key: string, text: string): number {
    const field = Number(text);
    if (!/^\d{1,3}$/.test(text) || field < 2 || field > 128) throw this.fault(key, 'names fields from 2 to 128');
    return field;
  }
}
