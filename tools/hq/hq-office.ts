import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HqServer, TEST_CARDS, type HqCardInput, type HqLane, type HqMemory, type ListOrder } from '@tsunagu/simulator';
import { writeWhole } from '../supervisor/write-whole.mjs';
import { CardReader, type EntryMode } from '../till/card-reader.js';
import { TillError, type SandboxFile, type SandboxHqLink } from '../till/sandbox-file.js';

/** What a payment server and its readers must not forget. Holds no clear card data. */
interface Notes extends HqMemory {
  counters: Record<string, number>;
}

/** The payment server of the sandbox's first merchant, with its lanes: it remembers its numbers, readers and totals between two runs. */
export class HqOffice {
  readonly server: HqServer;
  readonly #link: SandboxHqLink;
  readonly #notes: Notes;
  readonly #file: string;

  constructor(sandbox: SandboxFile) {
    this.#link = sandbox.content.iso8583.hq_link;
    this.#file = join(dirname(sandbox.file), 'till', `${this.#link.name}.json`);
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    this.#notes = existsSync(this.#file)
      ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Notes)
      : { nextStan: 1, totals: {}, counters: {} };
    const { host, port, institution } = this.#link;
    this.server = new HqServer({ host, port }, institution, this.#notes, () => this.#save());
  }

  /** The lane whose reader has keys of this scheme. */
  lane(scheme = 'AES-DUKPT'): HqLane {
    const { terminal, merchant } = this.#terminal(scheme);
    return { institution: this.#link.institution, terminal, merchant };
  }

  /** A card at the reader of that lane; the counter is on disk before the card is sent. @throws TillError there is no such card */
  read(of: { card: string; entry: EntryMode; amountMinor: number; scheme?: string; pin?: string }): HqCardInput {
    const card = TEST_CARDS[of.card];
    if (card === undefined) throw new TillError(noCard(of.card));
    const terminal = this.#terminal(of.scheme ?? 'AES-DUKPT');
    const counter = Math.max(this.#notes.counters[terminal.id] ?? 1, terminal.next_counter);
    const { entry, amountMinor, pin } = of;
    const { cardPresent, nextCounter } = new CardReader(terminal).present(counter, { card, entry, amountMinor, pin });
    this.#notes.counters[terminal.id] = nextCounter;
    this.#save();
    return cardPresent;
  }

  /** Put a card on this merchant's own list of blocked cards, take it off, or ask. @throws TillError there is no such card @returns the action code */
  list(order: ListOrder, card: string): Promise<string> {
    const known = TEST_CARDS[card];
    if (known === undefined) throw new TillError(noCard(card));
    return this.server.list(order, known.pan);
  }

  /** Business dates for which this server has counted something, YYMMDD. */
  get dates(): readonly string[] {
    return Object.keys(this.#notes.totals).sort();
  }

  #terminal(scheme: string): SandboxHqLink['terminals'][number] {
    const found = this.#link.terminals.find((one) => one.scheme === scheme);
    if (found === undefined) throw new TillError(`the line has no lane with ${scheme} keys`);
    return found;
  }

  #save(): void {
    writeWhole(this.#file, JSON.stringify(this.#notes, null, 2));
  }
}

function noCard(card: string): string {
  return `there is no card ${card}; there are ${Object.keys(TEST_CARDS).join(', ')}`;
}
