import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { referenceOf } from './identity.js';
import { LedgerFile } from './ledger-file.js';
import type { LedgerEntry, LedgerPosting, ReversalNote } from './ledger-record.js';

/** One issuer's own book: what it told whom, and what is left of it. Knows nothing of our books and shares no code with them. */
export class IssuerLedger {
  readonly #file: LedgerFile;
  readonly #entries: LedgerEntry[] = [];
  readonly #byIdentity = new Map<string, number>();
  readonly #byReference = new Map<string, number>();
  readonly #reversals = new Map<string, ReversalNote>();
  readonly #blocked = new Set<string>();
  readonly #fileNumbers = new Map<string, number>();
  #cutOverTo: string | undefined;

  private constructor(file: LedgerFile, postings: readonly LedgerPosting[]) {
    this.#file = file;
    for (const posting of postings) this.#apply(posting);
  }

  static open(directory: string, link: string): IssuerLedger {
    mkdirSync(directory, { recursive: true });
    const { file, lines } = LedgerFile.open(join(directory, `${link}.jsonl`));
    return new IssuerLedger(file, lines as LedgerPosting[]);
  }

  get isSound(): boolean {
    return this.#file.isSound;
  }

  /** The latest business date to which the host was cut over. */
  get cutOverTo(): string | undefined {
    return this.#cutOverTo;
  }

  /** The number that the host's next action on this file carries: they count without a gap, over restarts too. */
  nextFileNumber(file: string): number {
    return (this.#fileNumbers.get(file) ?? 0) + 1;
  }

  get nextSequence(): number {
    return this.#entries.length + 1;
  }

  /** In the order of first booking. */
  entries(): readonly LedgerEntry[] {
    return this.#entries;
  }

  find(identity: string): LedgerEntry | undefined {
    const index = this.#byIdentity.get(identity);
    return index === undefined ? undefined : this.#entries[index];
  }

  /** The entry that field 56 of a later message speaks of; it may come from another terminal. */
  findOriginal(reference: string): LedgerEntry | undefined {
    const index = this.#byReference.get(reference);
    return index === undefined ? undefined : this.#entries[index];
  }

  reversal(identity: string): ReversalNote | undefined {
    return this.#reversals.get(identity);
  }

  /** A reversal of this message came before the message itself. */
  isBlocked(identity: string): boolean {
    return this.#blocked.has(referenceOf(identity));
  }

  /** Book at once in memory, and on disk with the next group: wait for {@link flushed} before telling anybody. */
  post(posting: LedgerPosting): void {
    this.#apply(posting);
    this.#file.append(posting);
  }

  flushed(): Promise<void> {
    return this.#file.flushed();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  #apply({ entries, reversal, cutOverTo, fileNumber }: LedgerPosting): void {
    if (fileNumber !== undefined) this.#fileNumbers.set(...fileNumber);
    this.#cutOverTo = cutOverTo ?? this.#cutOverTo;
    for (const [identity, entry] of entries) {
      const index = this.#byIdentity.get(identity) ?? this.#entries.length;
      this.#byIdentity.set(identity, index);
      this.#byReference.set(referenceOf(identity), index);
      this.#entries[index] = entry;
    }
    if (reversal === undefined) return;
    const [identity, note] = reversal;
    this.#reversals.set(identity, note);
    if (!this.#byReference.has(note.original)) this.#blocked.add(note.original);
  }
}
