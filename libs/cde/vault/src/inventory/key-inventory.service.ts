import { Injectable } from '@nestjs/common';
import { HsmError, HsmProvider, type KeyRef } from '@tsunagu/hsm';
import { AppError, Clock, invariant } from '@tsunagu/kernel';
import type { Tx } from '@tsunagu/platform';
import { AuditLog, type AuditEntry } from '../audit/audit-log.js';
import { CENTRE_TENANT } from '../audit/audit-row.js';
import { KeyBook } from './key-book.repository.js';
import { KEY_PURPOSES } from './key-purposes.js';
import type { KeyRecord, NewKeyRecord } from './key-record.js';
import { KeyMoveError, advanceKey, type KeyMove } from './key-state.js';

const DAY_MS = 86_400_000;

/** There is no such key in the inventory. */
export class KeyMissingError extends AppError {
  readonly code = 'resource_missing';
  readonly category = 'not_found';

  constructor() {
    super('there is no such key');
  }
}

/** Who moves a key, and under which request. */
export interface KeyActor {
  readonly by: string;
  readonly requestId: string;
}

/**
 * Every key of the house: what it is, who agreed to it, and where it stands in its life. The provider enforces the states; this
 * table decides them, and each change is one transaction with its audit row.
 */
@Injectable()
export class KeyInventory {
  constructor(
    private readonly book: KeyBook,
    private readonly hsm: HsmProvider,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** Write a key down that its provider has. Known ones are left as they are. @returns whether it is new */
  async register(key: NewKeyRecord, requestId: string): Promise<boolean> {
    const at = this.clock.now();
    const { info, ...whose } = key;
    const isActive = info.state === 'active';
    const record: KeyRecord = {
      ...whose,
      id: info.key.id,
      usage: info.usage,
      algorithm: info.type,
      kcv: info.kcv,
      state: info.state,
      createdAt: at,
      changedAt: at,
      validFrom: isActive ? at : null,
      destroyAt: info.expiresAt,
      validUntil: isActive ? this.#periodEnd(key.purpose, at) : null,
      provider: info.key.provider,
    };
    return this.book.run(async (tx) => {
      if (!(await this.book.insert(tx, record))) {
        // two vaults that start at once meet at any of the unique keys; another key in this one's place is a mistake
        invariant((await this.book.lock(tx, record.id)) !== undefined, 'a key of one version and place has one name');
        return false;
      }
      const facts = { purpose: record.purpose, kcv: record.kcv, state: record.state, origin: record.origin };
      this.note(tx, 'key_born', record.id, { by: record.createdBy, requestId }, { result: 'born', facts });
      return true;
    });
  }

  /**
   * Activate a key; the one it takes over from turns decrypt-only in the same transaction.
   * @param done what else belongs to it, in the same transaction; a throw undoes all of it
   * @throws KeyMissingError, KeyMoveError, HsmError
   */
  async activate(id: string, actor: KeyActor, done: (tx: Tx) => Promise<void> = noMore): Promise<KeyRecord> {
    const known = await this.#get(id);
    advanceKey(known.state, 'activate');
    await this.hsm.setKeyState(refOf(known), 'active'); // works for nobody before the inventory says so
    return this.book.run(async (tx) => {
      await done(tx);
      const before = await this.book.lockActive(tx, known);
      if (before !== undefined && before.id !== id) await this.#move(tx, before, 'close', actor, { successor: id });
      return this.#move(tx, await this.#lock(tx, id), 'activate', actor, {});
    });
  }

  /**
   * Any other move. The inventory is first; what it forbids is then forbidden in the provider too. A closed key still encrypts there
   * for some seconds, so that no process is caught in the middle ({@link settle}).
   * @throws KeyMissingError, KeyMoveError, HsmError
   */
  async move(
    id: string,
    move: Exclude<KeyMove, 'activate' | 'expire'>,
    actor: KeyActor,
    done: (tx: Tx) => Promise<void> = noMore,
  ): Promise<KeyRecord> {
    const known = await this.#get(id);
    advanceKey(known.state, move);
    if (move === 'destroy') await this.#destroy(known);
    const moved = await this.book.run(async (tx) => {
      await done(tx);
      return this.#move(tx, await this.#lock(tx, id), move, actor, {});
    });
    if (moved.state === 'retired') await this.hsm.setKeyState(refOf(moved), 'retired');
    return moved;
  }

  /** Bring the provider to where the inventory is. Repeating it changes nothing. @throws HsmError */
  async settle(record: KeyRecord): Promise<void> {
    if (record.state !== 'decrypt-only' && record.state !== 'retired') return;
    const { state } = await this.hsm.keyInfo(refOf(record));
    if (state !== record.state) await this.hsm.setKeyState(refOf(record), record.state);
  }

  /** A key past its end that its provider no longer has is destroyed: proved, and written down. @returns whether it is gone */
  async noteShredded(record: KeyRecord): Promise<boolean> {
    if (await this.#isThere(refOf(record))) return false;
    await this.book.run(async (tx) => {
      const locked = await this.#lock(tx, record.id);
      if (locked.state === 'destroyed') return;
      await this.book.move(tx, locked.id, locked.state, advanceKey(locked.state, 'expire'), { at: this.clock.now() });
      const facts = { before: locked.state, kcv: locked.kcv };
      this.note(tx, 'key_shredded', locked.id, { by: 'system', requestId: 'schedule' }, { result: 'destroyed', facts });
    });
    return true;
  }

  /** Past its cryptoperiod a key protects nothing new. */
  async endPeriod(record: KeyRecord): Promise<void> {
    await this.book.run(async (tx) => {
      const locked = await this.#lock(tx, record.id);
      if (locked.state !== 'active') return;
      const actor = { by: 'system', requestId: 'cryptoperiod' };
      this.note(tx, 'key_cryptoperiod', locked.id, actor, {
        result: 'ended',
        facts: { until: locked.validUntil!.toISOString() },
      });
      await this.#move(tx, locked, 'close', actor, {});
    });
  }

  /** An audit row about a key, in the transaction of its change. */
  note(
    tx: Tx,
    operation: AuditEntry['operation'],
    keyId: string | null,
    actor: KeyActor,
    outcome: Pick<AuditEntry, 'result' | 'facts'>,
  ): void {
    const { by, requestId } = actor;
    this.audit.record(tx, { tenantId: CENTRE_TENANT, operation, requestId, keyId, actor: by, ...outcome });
  }

  async #move(
    tx: Tx,
    record: KeyRecord,
    move: KeyMove,
    actor: KeyActor,
    facts: NonNullable<AuditEntry['facts']>,
  ): Promise<KeyRecord> {
    const state = advanceKey(record.state, move);
    if (state === record.state) return record;
    const at = this.clock.now();
    const life = move === 'activate' ? { validFrom: at, validUntil: this.#periodEnd(record.purpose, at) } : {};
    const isMoved = await this.book.move(tx, record.id, record.state, state, { at, ...life });
    if (!isMoved) throw new KeyMoveError(record.state, move);
    this.note(tx, 'key_state', record.id, actor, {
      result: move,
      facts: { before: record.state, after: state, ...facts },
    });
    return { ...record, ...life, state, changedAt: at };
  }

  async #destroy(record: KeyRecord): Promise<void> {
    if (await this.#isThere(refOf(record))) await this.hsm.destroyKey(refOf(record));
  }

  async #isThere(key: KeyRef): Promise<boolean> {
    try {
      await this.hsm.keyInfo(key);
      return true;
    } catch (error) {
      if (error instanceof HsmError && error.reason === 'key_unknown') return false;
      throw error;
    }
  }

  async #get(id: string): Promise<KeyRecord> {
    const record = await this.book.get(id);
    if (record === undefined) throw new KeyMissingError();
    return record;
  }

  async #lock(tx: Tx, id: string): Promise<KeyRecord> {
    const record = await this.book.lock(tx, id);
    if (record === undefined) throw new KeyMissingError();
    return record;
  }

  #periodEnd(purpose: KeyRecord['purpose'], from: Date): Date | null {
    const { cryptoperiodDays } = KEY_PURPOSES[purpose];
    return cryptoperiodDays === null ? null : new Date(from.getTime() + cryptoperiodDays * DAY_MS);
  }
}

function refOf({ provider, id }: Pick<KeyRecord, 'provider' | 'id'>): KeyRef {
  return { provider, id };
}

function noMore(): Promise<void> {
  return Promise.resolve();
}
