import { Injectable } from '@nestjs/common';
import { EnvelopeSealer, HsmProvider, type KeyInfo } from '@tsunagu/hsm';
import { Clock } from '@tsunagu/kernel';
import { KeyBook } from './key-book.repository.js';
import { KeyInventory } from './key-inventory.service.js';
import { KEY_PURPOSES } from './key-purposes.js';
import type { KeyRecord } from './key-record.js';
import { KeyWatch } from './key-watch.js';

const DAY_MS = 86_400_000;
/** Days before the end of a cryptoperiod from which operators are told, once a day. */
const WARN_DAYS = 30;

/** A pending or active key and the days that are left of its cryptoperiod. */
export interface KeyForecast {
  readonly key: KeyRecord;
  readonly daysLeft: number;
}

/** What happens to keys by the clock alone: destroyed on schedule, closed at the end of their period, told before it. */
@Injectable()
export class KeySchedule {
  #warnedDay = '';

  constructor(
    private readonly inventory: KeyInventory,
    private readonly book: KeyBook,
    private readonly hsm: HsmProvider,
    private readonly clock: Clock,
    private readonly watch: KeyWatch,
  ) {}

  /** One round; two vaults may do it at once. @throws HsmError, DatabaseError */
  async round(): Promise<void> {
    const now = this.clock.now();
    await this.hsm.destroyExpired(now);
    let shredded = 0;
    for (const record of await this.book.due(now)) {
      if (record.destroyAt !== null && record.destroyAt <= now) {
        shredded += (await this.inventory.noteShredded(record)) ? 1 : 0;
      } else if (record.state === 'active') {
        // the house stands still without its own keys: one that could not be renewed is told about until it is
        if (KEY_PURPOSES[record.purpose].renewedDaysBefore === null) await this.inventory.endPeriod(record);
        this.watch.periodEnded(record);
      } else {
        await this.inventory.settle(record);
      }
    }
    this.watch.shredded(shredded);
    await this.#warn(now);
  }

  /** Keys whose cryptoperiod ends within some days, the next one first. */
  async forecast(days: number): Promise<KeyForecast[]> {
    const now = this.clock.now();
    const ending = await this.book.ending(new Date(now.getTime() + days * DAY_MS));
    return ending.map((key) => ({ key, daysLeft: Math.floor((key.validUntil!.getTime() - now.getTime()) / DAY_MS) }));
  }

  async #warn(now: Date): Promise<void> {
    const day = now.toISOString().slice(0, 10);
    if (this.#warnedDay === day) return;
    const ending = await this.forecast(3650);
    for (const { key, daysLeft } of ending) if (daysLeft <= WARN_DAYS) this.watch.ending(key, daysLeft);
    this.watch.nextEnd(ending[0]?.daysLeft ?? 3650);
    this.#warnedDay = day;
  }
}

/** Writes down the keys of envelopes, each once per process. */
@Injectable()
export class EnvelopeKeys {
  #known = new Set<string>();

  constructor(
    private readonly sealer: EnvelopeSealer,
    private readonly inventory: KeyInventory,
  ) {}

  /** Make the keys of this epoch and the next, and enter them into the inventory with their ends. @throws HsmError */
  async prepare(): Promise<void> {
    const made: KeyInfo[] = await this.sealer.prepareKeys();
    for (const info of made) {
      if (this.#known.has(info.key.id)) continue;
      const whose = {
        purpose: 'envelope',
        version: 1,
        tenantId: null,
        zone: info.key.id.replace('envelope-', ''),
      } as const;
      await this.inventory.register({ ...whose, info, origin: 'system', createdBy: 'system' }, 'schedule');
    }
    this.#known = new Set(made.map(({ key }) => key.id));
  }
}
