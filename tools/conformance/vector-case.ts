/** The case is not as its family is written down, or our answer is not the expected one: both fail it, loudly. */
export class CaseFailure extends Error {}

/** Members that explain a case and prove nothing. */
const WORDS: ReadonlySet<string> = new Set([
  'id',
  'origin',
  'reason',
  'title',
  'note',
  'comment',
  'description',
  'source',
]);

/**
 * One case of a vector file. It remembers which members were read: what nobody read would be an expectation that nobody checked,
 * so it fails the case.
 */
export class VectorCase {
  readonly #read = new Set<string>();
  readonly #parts = new Map<string, VectorCase[]>();

  constructor(
    private readonly members: Readonly<Record<string, unknown>>,
    private readonly path = '',
  ) {}

  /** @throws CaseFailure not an object */
  static of(value: unknown, path = ''): VectorCase {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new CaseFailure(`${path || 'case'} is not an object`);
    return new VectorCase(value as Record<string, unknown>, path);
  }

  has(name: string): boolean {
    return this.members[name] !== undefined;
  }

  text(name: string): string {
    const value = this.#take(name);
    if (typeof value !== 'string') throw new CaseFailure(`${this.#name(name)} is not a text`);
    return value;
  }

  isText(name: string): boolean {
    return typeof this.members[name] === 'string';
  }

  oneOf<T extends string>(name: string, values: readonly T[]): T {
    const value = this.text(name);
    const found = values.find((one) => one === value);
    if (found === undefined) throw new CaseFailure(`${this.#name(name)} is not one of ${values.join(', ')}`);
    return found;
  }

  /** Hex text. */
  bytes(name: string): Buffer {
    const value = this.text(name);
    if (!/^(?:[0-9A-Fa-f]{2})*$/.test(value)) throw new CaseFailure(`${this.#name(name)} is not hex`);
    return Buffer.from(value, 'hex');
  }

  /** The bytes that a case wants refused; undefined when its text is not even hex, which is refused at the door. */
  bytesIfHex(name: string): Buffer | undefined {
    const value = this.text(name);
    return /^(?:[0-9A-Fa-f]{2})*$/.test(value) ? Buffer.from(value, 'hex') : undefined;
  }

  count(name: string): number {
    const value = this.#take(name);
    if (!Number.isSafeInteger(value)) throw new CaseFailure(`${this.#name(name)} is not a whole number`);
    return value as number;
  }

  flag(name: string): boolean {
    const value = this.#take(name);
    if (typeof value !== 'boolean') throw new CaseFailure(`${this.#name(name)} is not true or false`);
    return value;
  }

  /** Whether the case must be accepted; cases without the member must. */
  get isAccepted(): boolean {
    return this.has('ok') ? this.flag('ok') : true;
  }

  /** A nested object; the same one each time it is asked for. */
  part(name: string): VectorCase {
    const known = this.#parts.get(name)?.[0];
    if (known !== undefined) return known;
    const part = VectorCase.of(this.#take(name), this.#name(name));
    this.#parts.set(name, [part]);
    return part;
  }

  list(name: string): VectorCase[] {
    const known = this.#parts.get(name);
    if (known !== undefined) return known;
    const values = this.#take(name);
    if (!Array.isArray(values)) throw new CaseFailure(`${this.#name(name)} is not a list`);
    const parts = values.map((value, index) => VectorCase.of(value, `${this.#name(name)}[${index}]`));
    this.#parts.set(name, parts);
    return parts;
  }

  /** A list of texts. */
  texts(name: string): string[] {
    const values = this.#take(name);
    if (!Array.isArray(values) || !values.every((one): one is string => typeof one === 'string'))
      throw new CaseFailure(`${this.#name(name)} is not a list of texts`);
    return values;
  }

  names(): string[] {
    return Object.keys(this.members);
  }

  isNull(name: string): boolean {
    if (this.members[name] !== null) return false;
    this.#read.add(name);
    return true;
  }

  /** Members that a refused case may carry although nothing can be compared with them. */
  skip(...names: string[]): void {
    for (const name of names) this.#read.add(name);
  }

  skipAll(): void {
    this.skip(...this.names());
  }

  /** Members that nobody read, at any depth. */
  unread(): string[] {
    const own = this.names().filter((name) => !this.#read.has(name) && !WORDS.has(name));
    return [
      ...own.map((name) => this.#name(name)),
      ...[...this.#parts.values()].flat().flatMap((part) => part.unread()),
    ];
  }

  #take(name: string): unknown {
    const value = this.members[name];
    if (value === undefined) throw new CaseFailure(`${this.#name(name)} is missing`);
    this.#read.add(name);
    return value;
  }

  #name(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

/** @throws CaseFailure names what differs, never the value */
export function same(what: string, actual: unknown, expected: unknown): void {
  const [left, right] = [actual, expected].map((value) => (Buffer.isBuffer(value) ? hexOf(value) : value));
  if (left !== right) throw new CaseFailure(`${what} differs`);
}

/**
 * @param refusals classes that are a refusal; any other error is a fault of ours
 * @throws CaseFailure the work was accepted
 */
export async function refuses(
  work: () => unknown,
  refusals: readonly (abstract new (...args: never[]) => Error)[],
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (refusals.some((refusal) => error instanceof refusal)) return;
    throw error;
  }
  throw new CaseFailure('was accepted and must be refused');
}

/** Upper-case hex, as the vectors write it. */
export function hexOf(bytes: Buffer): string {
  return bytes.toString('hex').toUpperCase();
}
