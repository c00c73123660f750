import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { KeyRef } from '@tsunagu/hsm';
import { InvariantError } from '@tsunagu/kernel';
import { Rounds } from '@tsunagu/platform';
import { AuditSeal } from '../audit/audit-seal.js';
import { KeyBook } from './key-book.repository.js';
import type { KeyPurpose } from './key-purposes.js';
import type { KeyRecord } from './key-record.js';
import { KeyWatch } from './key-watch.js';

/** A changed inventory is seen by every vault after this; a closed key encrypts in its provider for longer than that. */
const EVERY_MS = 2_000;

/** Which key of the house protects new data now, and which ones still open old data: in memory, so that no card waits for it. */
@Injectable()
export class KeyRing implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #rounds = new Rounds({
    everyMs: EVERY_MS,
    work: () => this.refresh(),
    failed: (error) => this.watch.failed(error), // what was known goes on working
  });
  #keys: readonly KeyRecord[] = [];

  constructor(
    private readonly book: KeyBook,
    private readonly watch: KeyWatch,
    private readonly seal: AuditSeal,
  ) {}

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#rounds.stop();
  }

  async refresh(): Promise<void> {
    const keys = await this.book.usable();
    await this.seal.follow(keys.filter(({ purpose }) => purpose === 'audit'));
    this.#keys = keys;
  }

  /** Lines of the keys of a purpose that work, newest version first. */
  of(purpose: KeyPurpose): KeyRecord[] {
    return this.#keys.filter((one) => one.purpose === purpose);
  }

  /** The key that protects new data. @throws InvariantError the purpose has no active key: it ended, and nobody made another one */
  current(purpose: KeyPurpose): KeyRef {
    const key = this.#keys.find((one) => one.purpose === purpose && one.state === 'active');
    if (key === undefined) throw new InvariantError('a purpose of the house has an active key', { purpose });
    return refOf(key);
  }

  /** Keys that open what was protected before, the active one first, then the newest. */
  readable(purpose: KeyPurpose): KeyRef[] {
    const keys = this.#keys.filter((one) => one.purpose === purpose);
    return [...keys.filter(isActive), ...keys.filter((one) => !isActive(one))].map(refOf);
  }
}

function isActive({ state }: KeyRecord): boolean {
  return state === 'active';
}

function refOf({ provider, id }: KeyRecord): KeyRef {
  return { provider, id };
}
