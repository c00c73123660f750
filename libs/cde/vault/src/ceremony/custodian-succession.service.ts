import { Injectable } from '@nestjs/common';
import { Clock, newId } from '@tsunagu/kernel';
import { sql, type Tx } from '@tsunagu/platform';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KeyInventory, type KeyActor } from '../inventory/key-inventory.service.js';
import { CeremonyInputError, NotOpenError, SecondPersonError } from './ceremony-errors.js';
import { checkSecret, proofOf } from './custodian-proof.js';

const ORDER_MS = 24 * 3_600_000;

const LOCK = sql('vault_custodian_order_lock', `select pg_advisory_xact_lock(hashtext('vault custodians'))`);
const PRESENT = sql(
  'vault_custodian_present',
  'select name, left_at as "leftAt" from vault.custodian where name = any($1)',
);
const ORDER = sql(
  'vault_custodian_order',
  `insert into vault.custodian_order (id, leaves, enters, salt, proof, state, ordered_by, ordered_at, expires_at)
   values ($1, $2, $3, $4, $5, 'open', $6, $7, $8)`,
);
const FIND = sql(
  'vault_custodian_order_find',
  `select id, leaves, enters, salt, proof, ordered_by as "orderedBy" from vault.custodian_order where id = $1 and state = 'open' and expires_at > $2`,
);
const SIGN = sql(
  'vault_custodian_order_sign',
  `update vault.custodian_order set state = 'done', approved_by = $2 where id = $1 and state = 'open' and ordered_by <> $2 returning id`,
);
const LEAVE = sql(
  'vault_custodian_leave',
  'update vault.custodian set left_at = $2 where name = $1 and left_at is null returning name',
);
const ENTER = sql(
  'vault_custodian_enter',
  `insert into vault.custodian (name, kind, salt, proof, created_at) values ($1, 'secret', $2, $3, $4) on conflict do nothing returning name`,
);

interface Order {
  readonly id: string;
  readonly leaves: string;
  readonly enters: string;
  readonly salt: Buffer;
  readonly proof: Buffer;
  readonly orderedBy: string;
}

/**
 * One custodian takes the place of another: ordered by a custodian, approved by a second one, and the newcomer is neither. The one who
 * leaves may be one of the two. His name is never given to anybody else, because the audit knows people by it.
 */
@Injectable()
export class CustodianSuccession {
  constructor(
    private readonly book: KeyBook,
    private readonly inventory: KeyInventory,
    private readonly clock: Clock,
  ) {}

  /** First signature, good for a day; the newcomer types his secret now, and only its proof is kept. @throws CeremonyInputError */
  async order(asked: { leaves: string; enters: string; secret: string }, actor: KeyActor): Promise<{ id: string }> {
    const { leaves, enters, secret } = asked;
    checkSecret(secret);
    if (!/^[a-z][a-z0-9-]{1,39}$/.test(enters))
      throw new CeremonyInputError('a name is lower-case letters, digits and dashes');
    const { salt, proof } = await proofOf(secret);
    const at = this.clock.now();
    const id = newId(at);
    await this.book.run(async (tx) => {
      await this.#checkPlaces(tx, leaves, enters);
      const values = [id, leaves, enters, salt, proof, actor.by, at, new Date(at.getTime() + ORDER_MS)];
      await tx.query(ORDER, values);
      this.#note(tx, actor, 'replacement_ordered', { id, leaves, enters });
    });
    return { id };
  }

  /** @returns undefined when there is no such order. @throws SecondPersonError, CeremonyInputError, NotOpenError */
  async approve(id: string, actor: KeyActor): Promise<{ leaves: string; enters: string } | undefined> {
    const at = this.clock.now();
    const order = await this.book.run(async (tx) => (await tx.query<Order>(FIND, [id, at]))[0]);
    if (order === undefined) return undefined;
    const { leaves, enters } = order;
    if (order.orderedBy === actor.by) {
      await this.book.run(async (tx) => this.#note(tx, actor, 'same_person_refused', { id, leaves, enters }));
      throw new SecondPersonError();
    }
    await this.book.run(async (tx) => {
      await tx.query(LOCK, []);
      await this.#checkPlaces(tx, leaves, enters);
      if ((await tx.query(SIGN, [id, actor.by])).length === 0) throw new NotOpenError('order');
      await tx.query(ENTER, [enters, order.salt, order.proof, at]);
      await tx.query(LEAVE, [leaves, at]);
      this.#note(tx, actor, 'replaced', { id, leaves, enters, ordered_by: order.orderedBy });
    });
    return { leaves, enters };
  }

  async #checkPlaces(tx: Tx, leaves: string, enters: string): Promise<void> {
    const known = await tx.query<{ name: string; leftAt: Date | null }>(PRESENT, [[leaves, enters]]);
    if (!known.some(({ name, leftAt }) => name === leaves && leftAt === null)) {
      throw new CeremonyInputError('the one who leaves is no custodian');
    }
    if (known.some(({ name }) => name === enters)) throw new CeremonyInputError('this name is or was a custodian');
  }

  #note(tx: Tx, { by, requestId }: KeyActor, result: string, facts: Record<string, string>): void {
    this.inventory.note(tx, 'custodian', null, { by, requestId }, { result, facts });
  }
}
