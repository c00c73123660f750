import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import {
  HqDesk,
  HqListener,
  Undoing,
  type HqBook,
  type HqExchange,
  type HqLine,
  type HqPorts,
} from '@tsunagu/acceptor';
import { AppError } from '@tsunagu/kernel';
import { Rounds } from '@tsunagu/platform';
import type { Surroundings } from '../assembly.js';
import { HqBookFile } from './hq-book-file.js';

const BOOK_EVERY_MS = 500;
const UNDO_EVERY_MS = 1_000;
const FORGET_EVERY = 3_600;
const EXCHANGES_SHOWN = 30;

/** One comparison, and whose line it was on. */
export type HqLineExchange = HqLine & HqExchange;

/** Nobody is served yet: shown by readiness, so that a sandbox says "ready" when its line is. */
class NoBookError extends AppError {
  readonly code = 'config_invalid';
  readonly category = 'internal';

  constructor() {
    super('the file of incoming lines was not read yet');
  }
}

/** The lines that come in, with the life of the process: contracts as their file says now, listeners, and the undoing of what was promised. */
export class HqRunner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #desks: ReadonlyMap<string, HqDesk> = new Map();
  #listeners: readonly HqListener[] = [];
  #isRead = false;
  #turn = 0;
  readonly #undoing: Undoing | undefined;
  readonly #book: Rounds;
  readonly #undo: Rounds;

  /** @param ports null: this process serves no lines */
  constructor(
    private readonly house: Surroundings,
    private readonly ports: HqPorts | null,
    private readonly file: HqBookFile | null,
  ) {
    const { logger } = house;
    this.#undoing = ports === null ? undefined : new Undoing(ports);
    this.#book = new Rounds({
      everyMs: BOOK_EVERY_MS,
      work: () => this.#read(),
      failed: (error) => logger.error('the file of incoming lines could not be used', { error }),
    });
    this.#undo = new Rounds({
      everyMs: UNDO_EVERY_MS,
      work: () => this.#undoAll(),
      failed: (error) => logger.error('payments of lines wait to be undone', { error }),
    });
  }

  onApplicationBootstrap(): void {
    if (this.ports === null) return;
    this.house.health.register('hq', () => this.#checkRead());
    this.#book.start('now');
    this.#undo.start();
  }

  /** Runs before the database is closed: what is owed is answered and stored first. */
  async beforeApplicationShutdown(): Promise<void> {
    if (this.ports === null) return;
    await this.#book.stop();
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
    await this.#undo.stop();
  }

  /** What merchants' payment servers compared with us: by line, newest first. Lines without a contract any more are not shown. */
  async exchanges(link?: string): Promise<readonly HqLineExchange[]> {
    const desks = [...this.#desks.values()].filter(({ line }) => link === undefined || line.link === link);
    const found = await Promise.all(
      desks.map(async (desk) => (await desk.exchanges(EXCHANGES_SHOWN)).map((one) => ({ ...desk.line, ...one }))),
    );
    return found.flat();
  }

  async #checkRead(): Promise<void> {
    const isWanted = !this.house.config.isProduction || this.file?.isThere === true; // a house without such lines has no file
    if (isWanted && !this.#isRead) throw new NoBookError();
  }

  async #read(): Promise<void> {
    const book = this.file?.readChanged();
    if (book === undefined || this.ports === null) return;
    if (this.house.config.isProduction && book.listeners.some(({ tls }) => tls === null)) throw new NoBookError();
    await this.#use(book, this.ports);
    this.#isRead = true;
    this.house.logger.log('incoming lines', { version: book.version, lines: book.contracts.length });
  }

  /** A changed contract holds for the next connection; those that are open keep theirs. Listeners are opened once. */
  async #use(book: HqBook, ports: HqPorts): Promise<void> {
    this.#desks = new Map(book.contracts.map((contract) => [contract.name, new HqDesk(contract, ports)]));
    if (this.#listeners.length > 0) return;
    const listeners = book.listeners.map((config) => new HqListener(config, () => this.#desks, ports));
    for (const listener of listeners) await listener.listen();
    this.#listeners = listeners;
  }

  async #undoAll(): Promise<void> {
    const undoing = this.#undoing;
    if (undoing === undefined) return;
    this.#turn += 1;
    for (const desk of this.#desks.values()) {
      await undoing.abandon(desk);
      await undoing.round(desk);
      if (this.#turn % FORGET_EVERY === 0) await undoing.forget(desk);
    }
  }
}
