import { Injectable } from '@nestjs/common';
import { HsmProvider } from '@tsunagu/hsm';
import { Clock, newId } from '@tsunagu/kernel';
import { Centre, sql, type Tx } from '@tsunagu/platform';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KEY_PURPOSES } from '../inventory/key-purposes.js';
import { KeyInventory, KeyMissingError, type KeyActor } from '../inventory/key-inventory.service.js';
import type { KeyRecord } from '../inventory/key-record.js';
import { advanceKey } from '../inventory/key-state.js';
import { CeremonyInputError, NotOpenError, SecondPersonError } from './ceremony-errors.js';

/** What needs two people. */
export const KEY_OPERATIONS = ['activate', 'close', 'retire', 'revoke', 'destroy', 'export'] as const;
export type KeyOperation = (typeof KEY_OPERATIONS)[number];

/** An operation that one custodian asked for and another must approve. */
export interface KeyOrder {
  readonly id: string;
  readonly keyId: string;
  readonly operation: KeyOperation;
  readonly wrappingKeyId: string | null;
  readonly orderedBy: string;
  readonly orderedAt: Date;
  readonly expiresAt: Date;
}

/** What an approval brought about. */
export interface KeyOrderResult {
  readonly key: KeyRecord;
  /** Of an export: the key under the wrapping key. */
  readonly keyBlock?: string;
}

const ORDER_MS = 24 * 3_600_000;
/** Far beyond the time in which every vault knows a new key of the index and has ended what it began before. */
const TURN_MS = 60_000;
const COLUMNS = `id, key_id as "keyId", operation, wrapping_key_id as "wrappingKeyId", ordered_by as "orderedBy", ordered_at as "orderedAt", expires_at as "expiresAt"`;

const INSERT = sql(
  'vault_order_insert',
  `insert into vault.key_order as o (id, key_id, operation, wrapping_key_id, state, ordered_by, ordered_at, expires_at)
   values ($1, $2, $3, $4, 'open', $5, $6, $7)
   on conflict (key_id, operation) where state = 'open' do update
     set id = excluded.id, wrapping_key_id = excluded.wrapping_key_id, ordered_by = excluded.ordered_by,
         ordered_at = excluded.ordered_at, expires_at = excluded.expires_at
     where o.expires_at <= excluded.ordered_at
   returning id`,
);
const OPEN = sql(
  'vault_order_open',
  `select ${COLUMNS} from vault.key_order where state = 'open' and expires_at > $1 and ($2::uuid is null or id = $2) order by ordered_at`,
);
const IN_USE = sql('vault_key_in_use', 'select vault.is_key_in_use($1) as "isInUse"');
const APPROVE = sql(
  'vault_order_approve',
  `update vault.key_order set state = 'done', approved_by = $2, approved_at = $3
   where id = $1 and state = 'open' and expires_at > $3 and ordered_by <> $2 returning id`,
);

/** Dual control: one custodian orders, another approves, and only then anything happens. */
@Injectable()
export class KeyOrders {
  constructor(
    private readonly book: KeyBook,
    private readonly centre: Centre,
    private readonly inventory: KeyInventory,
    private readonly hsm: HsmProvider,
    private readonly clock: Clock,
  ) {}

  open(id: string | null = null): Promise<KeyOrder[]> {
    return this.centre.query<KeyOrder>(OPEN, [this.clock.now(), id]);
  }

  /**
   * First signature. Valid for a day.
   * @throws KeyMissingError, KeyMoveError the key is not where this could happen; NotOpenError ordered already; CeremonyInputError
   */
  async order(
    asked: { keyId: string; operation: KeyOperation; wrappingKeyId: string | null },
    actor: KeyActor,
  ): Promise<KeyOrder> {
    const { keyId, operation, wrappingKeyId } = asked;
    const key = await this.#key(keyId);
    if (operation !== 'export') advanceKey(key.state, operation);
    if (operation === 'close' && KEY_PURPOSES[key.purpose].renewedDaysBefore !== null) {
      throw new CeremonyInputError('the house needs this key: activate its successor instead');
    }
    if (operation === 'activate') await this.#checkTurn(key);
    if (operation === 'retire' && (this.#isAwaited(key) || (await this.#isInUse(keyId)))) {
      throw new CeremonyInputError('something still lives under this key; revoke it when that shall die');
    }
    if ((operation === 'export') !== (wrappingKeyId !== null)) {
      throw new CeremonyInputError('an export names the key that wraps, and nothing else does');
    }
    if (wrappingKeyId !== null && (await this.#key(wrappingKeyId)).purpose !== 'transport') {
      throw new CeremonyInputError('a key leaves under a transport key only');
    }
    const orderedAt = this.clock.now();
    const order = { ...asked, id: newId(orderedAt), orderedBy: actor.by, orderedAt, expiresAt: after(orderedAt) };
    await this.book.run(async (tx) => {
      const values = [order.id, keyId, operation, wrappingKeyId, actor.by, orderedAt, order.expiresAt];
      if ((await tx.query(INSERT, values)).length === 0) throw new NotOpenError('order');
      this.inventory.note(tx, 'key_order', keyId, actor, {
        result: operation,
        facts: { order: order.id, under: wrappingKeyId },
      });
    });
    return order;
  }

  /**
   * Second signature, and the deed.
   * @throws SecondPersonError the same custodian, or the one who made the key; NotOpenError
   * @throws KeyMoveError, HsmError nothing was approved; it may be tried again
   */
  async approve(orderId: string, actor: KeyActor): Promise<KeyOrderResult> {
    const [order] = await this.open(orderId);
    if (order === undefined) throw new NotOpenError('order');
    const key = await this.#key(order.keyId);
    if (order.orderedBy === actor.by || key.createdBy === actor.by) {
      await this.#refuse(order, actor);
      throw new SecondPersonError();
    }
    if (order.operation === 'activate') await this.#checkTurn(key);
    const sign = (tx: Tx) => this.#sign(tx, order, actor);
    if (order.operation === 'export') return this.#export(order, key, sign);
    if (order.operation === 'activate') return { key: await this.inventory.activate(key.id, actor, sign) };
    return { key: await this.inventory.move(key.id, order.operation, actor, sign) };
  }

  async #export(order: KeyOrder, key: KeyRecord, sign: (tx: Tx) => Promise<void>): Promise<KeyOrderResult> {
    const kbpk = await this.#key(order.wrappingKeyId!);
    const version = kbpk.algorithm.startsWith('TDES') ? 'B' : 'D';
    const keyBlock = await this.hsm.exportKeyBlock({ kbpk: refOf(kbpk), key: refOf(key), version });
    await this.book.run(sign); // the rows are durable before anybody sees the block
    return { key, keyBlock };
  }

  async #sign(tx: Tx, order: KeyOrder, actor: KeyActor): Promise<void> {
    const isSigned = (await tx.query(APPROVE, [order.id, actor.by, this.clock.now()])).length === 1;
    if (!isSigned) throw new NotOpenError('order');
    const { operation, keyId } = order;
    const facts = { order: order.id, operation, ordered_by: order.orderedBy, under: order.wrappingKeyId };
    this.inventory.note(tx, operation === 'export' ? 'key_export' : 'key_approval', keyId, actor, {
      result: 'approved',
      facts,
    });
  }

  async #refuse(order: KeyOrder, actor: KeyActor): Promise<void> {
    await this.book.run(async (tx) => {
      this.inventory.note(tx, 'key_approval', order.keyId, actor, {
        result: 'refused',
        facts: {
          order: order.id,
          reason: 'same_person',
        },
      });
    });
  }

  /** Something made under a closed key may still come for a while. */
  #isAwaited({ purpose, state, changedAt }: KeyRecord): boolean {
    return state === 'decrypt-only' && changedAt.getTime() + KEY_PURPOSES[purpose].keptMs > this.clock.now().getTime();
  }

  /** One change of the index at a time: vaults that know different pairs of keys would not meet at one lock. */
  async #checkTurn({ id, purpose }: KeyRecord): Promise<void> {
    if (purpose !== 'pan-index') return;
    for (const other of await this.book.usable()) {
      if (other.purpose !== purpose || other.id === id) continue;
      const isYoung = other.version > 1 && other.validFrom!.getTime() + TURN_MS > this.clock.now().getTime();
      if (isYoung || (other.state === 'decrypt-only' && (await this.#isInUse(other.id)))) {
        throw new CeremonyInputError('the change before this one is not done yet: cards are still being rewritten');
      }
    }
  }

  async #isInUse(id: string): Promise<boolean> {
    const [row] = await this.centre.query<{ isInUse: boolean }>(IN_USE, [id]);
    return row!.isInUse;
  }

  async #key(id: string): Promise<KeyRecord> {
    const key = await this.book.get(id);
    if (key === undefined) throw new KeyMissingError();
    return key;
  }
}

function after(at: Date): Date {
  return new Date(at.getTime() + ORDER_MS);
}

function refOf({ provider, id }: KeyRecord): { provider: string; id: string } {
  return { provider, id };
}
