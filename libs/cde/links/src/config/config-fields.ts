import { AppError } from '@tsunagu/kernel';

/** The links file is wrong. Names the link and the entry, never a value. */
export class LinkConfigError extends AppError {
  readonly code = 'config_invalid';
  readonly category = 'internal';

  constructor(link: string, entry: string, rule: string) {
    super(`links file: ${entry} of link ${link} ${rule}`, { link, entry });
  }
}

type Fields = Readonly<Record<string, unknown>>;

/** One object of the links file, read field by field. Errors name the link and the path of the entry. */
export class ConfigEntry {
  constructor(
    readonly link: string,
    private readonly fields: Fields,
    private readonly path = '',
  ) {}

  /** @throws LinkConfigError a word of the entry is not in the list: a setting with a slip of the pen would silently do nothing */
  allowOnly(...names: readonly string[]): this {
    for (const name of Object.keys(this.fields)) if (!names.includes(name)) throw this.fault(name, 'is not known');
    return this;
  }

  /** The whole object, for whoever reads it by rules of its own. */
  get content(): Fields {
    return this.fields;
  }

  has(name: string): boolean {
    return (this.fields[name] ?? null) !== null;
  }

  text(name: string, pattern: RegExp, fallback?: string): string {
    const value = this.fields[name] ?? fallback;
    if (typeof value !== 'string' || !pattern.test(value)) throw this.fault(name, 'is missing or malformed');
    return value;
  }

  whole(name: string, range: { readonly min: number; readonly max: number; readonly fallback?: number }): number {
    const value = this.fields[name] ?? range.fallback;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < range.min || value > range.max) {
      throw this.fault(name, `must be a whole number from ${range.min} to ${range.max}`);
    }
    return value;
  }

  choice<T extends string>(name: string, of: readonly T[], fallback?: T): T {
    const value = this.fields[name] ?? fallback;
    const found = of.find((one) => one === value);
    if (found === undefined) throw this.fault(name, `must be one of ${of.join(', ')}`);
    return found;
  }

  list<T>(name: string, isItem: (value: unknown) => value is T): readonly T[] {
    const value = this.fields[name];
    if (!Array.isArray(value) || !value.every(isItem)) throw this.fault(name, 'must be a list');
    return value;
  }

  /** An object inside this one; undefined when it is absent. */
  inner(name: string): ConfigEntry | undefined {
    const value = this.fields[name] ?? null;
    if (value === null) return undefined;
    if (!isRecord(value)) throw this.fault(name, 'must be an object');
    return new ConfigEntry(this.link, value, `${this.path}${name}.`);
  }

  /** A list of objects; undefined when it is absent. */
  entries(name: string): readonly ConfigEntry[] | undefined {
    if (!this.has(name)) return undefined;
    return this.list(name, isRecord).map((one, at) => new ConfigEntry(this.link, one, `${this.path}${name}[${at}].`));
  }

  fault(name: string, rule: string): LinkConfigError {
    return new LinkConfigError(this.link, `${this.path}${name}`, rule);
  }
}

export function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
