type Fault = new (link: string, entry: string, rule: string) => Error;

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** One entry of the file being read: each method gives a value of the right shape, or throws what the file is told by. */
export class Entry {
  readonly #fields: Readonly<Record<string, unknown>>;

  constructor(
    private readonly link: string,
    content: unknown,
    private readonly fault: Fault,
  ) {
    if (!isRecord(content)) throw new fault(link, 'entry', 'must be an object');
    this.#fields = content;
  }

  text(key: string, pattern: RegExp): string {
    const value = this.#fields[key];
    if (typeof value === 'string' && pattern.test(value)) return value;
    throw this.#wrong(key, 'is missing or malformed');
  }

  texts(key: string, pattern: RegExp): readonly string[] {
    const values = this.#list(key);
    if (values.every((value): value is string => typeof value === 'string' && pattern.test(value))) return values;
    throw this.#wrong(key, 'holds a malformed entry');
  }

  whole(key: string, range: { min: number; max: number; fallback?: number }): number {
    const value = this.#fields[key] ?? range.fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= range.min && value <= range.max) return value;
    throw this.#wrong(key, `must be a whole number from ${range.min} to ${range.max}`);
  }

  choice<T extends string>(key: string, of: readonly T[], fallback: T): T {
    const value = this.#fields[key] ?? fallback;
    const found = of.find((one) => one === value);
    if (found === undefined) throw this.#wrong(key, `must be one of ${of.join(', ')}`);
    return found;
  }

  choices<T extends string>(key: string, of: readonly T[]): readonly T[] {
    return this.#list(key).map((value) => {
      const found = of.find((one) => one === value);
      if (found === undefined) throw this.#wrong(key, `may hold ${of.join(', ')}`);
      return found;
    });
  }

  records(key: string): readonly unknown[] {
    return this.#list(key);
  }

  #list(key: string): readonly unknown[] {
    const value = this.#fields[key] ?? [];
    if (Array.isArray(value)) return value as unknown[];
    throw this.#wrong(key, 'must be a list');
  }

  #wrong(key: string, rule: string): Error {
    return new this.fault(this.link, key, rule);
  }
}
