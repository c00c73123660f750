import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ReaderDevice } from './card-reader.js';
import { ReaderError } from './reader-counter.js';
import { SharedReader } from './shared-reader.js';

/** A terminal as `sandbox.json` lists it. @source architecture.md §7 */
export interface TillTerminal extends ReaderDevice {
  readonly api_key: string;
  next_counter: number;
}

interface Sandbox {
  readonly tenants: readonly {
    readonly name?: string;
    readonly stores: readonly { readonly id: string; readonly terminals: readonly TillTerminal[] }[];
  }[];
}

/** The terminal that the web till stands for, and the merchant it belongs to. */
export interface TillPlace {
  readonly merchant: string;
  readonly storeId: string;
  readonly terminal: TillTerminal;
}

/** The readers of the sandbox: every terminal of `sandbox.json` has one, made when somebody first shows it a card. */
export class SandboxReaders {
  readonly #readers = new Map<string, SharedReader>();

  constructor(private readonly file: string) {}

  /**
   * The last store of the first merchant, as `npm run till`: an outside program at the first store never meets a counter that a till used.
   * Read at every question, because the sandbox is written after this process has started.
   * @throws ReaderError there is no sandbox yet, or it has no such terminal
   */
  tillPlace(): TillPlace {
    const tenant = sandboxOf(this.file).tenants[0];
    const store = tenant?.stores.at(-1);
    const terminal = store?.terminals.find(({ scheme }) => scheme === 'AES-DUKPT');
    if (store === undefined || terminal === undefined)
      throw new ReaderError('the sandbox has no terminal for this till');
    return { merchant: tenant?.name ?? 'Demo', storeId: store.id, terminal };
  }

  /**
   * The reader of a terminal: it keeps the key, the file beside the sandbox keeps the counter.
   * @param terminalId that of the web till when it is left out
   * @returns undefined when the sandbox knows no such terminal
   * @throws ReaderError there is no sandbox yet, or nobody knows the device profile
   */
  readerOf(terminalId?: string): SharedReader | undefined {
    const terminal = terminalId === undefined ? this.tillPlace().terminal : this.#terminal(terminalId);
    if (terminal === undefined) return undefined;
    const known = this.#readers.get(terminal.id);
    if (known !== undefined) return known;
    const made = new SharedReader(terminal, counterFileOf(this.file, terminal.id));
    this.#readers.set(terminal.id, made);
    return made;
  }

  /** Tell readers of `sandbox.json` which counter comes next: an outside program that begins now does not meet one that was used here. */
  note(reader: SharedReader): void {
    noteCounter(this.file, reader.id, reader.nextCounter);
  }

  #terminal(id: string): TillTerminal | undefined {
    return terminalsOf(sandboxOf(this.file)).find((terminal) => terminal.id === id);
  }
}

/** Counter of a reader: the same for every program of this machine that stands for it. */
export function counterFileOf(sandboxFile: string, terminalId: string): string {
  return join(dirname(sandboxFile), 'till', `${terminalId}.counter`);
}

/** Tell readers of `sandbox.json` which counter of a terminal comes next. */
export function noteCounter(sandboxFile: string, terminalId: string, nextCounter: number): void {
  const sandbox = sandboxOf(sandboxFile);
  const terminal = terminalsOf(sandbox).find(({ id }) => id === terminalId);
  if (terminal === undefined || terminal.next_counter >= nextCounter) return;
  terminal.next_counter = nextCounter;
  const draft = `${sandboxFile}.${process.pid}.draft`; // whole or not at all: outside programs read it at any moment
  writeFileSync(draft, `${JSON.stringify(sandbox, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, sandboxFile);
}

function terminalsOf({ tenants }: Sandbox): TillTerminal[] {
  return tenants.flatMap(({ stores }) => stores.flatMap(({ terminals }) => terminals));
}

function sandboxOf(file: string): Sandbox {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Sandbox;
  } catch {
    throw new ReaderError('there is no sandbox yet: wait until npm start says "tsunagu ready"');
  }
}
