import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { Centre, sql } from '@tsunagu/platform';
import { timingSafeEqual } from 'node:crypto';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KeyInventory } from '../inventory/key-inventory.service.js';
import { CustodianSuccession } from './custodian-succession.service.js';
import { checkSecret, proofOf } from './custodian-proof.js';
import { CeremonyInputError, CustodianRefusedError, NotOpenError } from './ceremony-errors.js';

/**
 * How a custodian proves who he is. `kind` leaves room for a hardware credential: its row would hold a public key and its proof an
 * answer to a challenge, and nothing beyond this file would change.
 */
export interface CustodianProof {
  readonly name: string;
  readonly kind: 'secret';
  readonly secret: string;
}

const FAILURES_MAX = 5;
const LOCK_MS = 15 * 60_000;

const FIND = sql(
  'vault_custodian_find',
  'select salt, proof, locked_until from vault.custodian where name = $1 and left_at is null',
);
const NAMES = sql('vault_custodian_names', 'select name from vault.custodian where left_at is null order by name');
const INSERT = sql(
  'vault_custodian_insert',
  `insert into vault.custodian (name, kind, salt, proof, created_at) values ($1, 'secret', $2, $3, $4)`,
);
const FAILED = sql(
  'vault_custodian_failed',
  `update vault.custodian set failures = failures + 1,
     locked_until = case when failures + 1 >= ${FAILURES_MAX} then $2::timestamptz else locked_until end where name = $1`,
);
const PASSED = sql(
  'vault_custodian_passed',
  `update vault.custodian set failures = 0, locked_until = null where name = $1 and failures > 0`,
);
const LOCK = sql('vault_custodian_lock', `select pg_advisory_xact_lock(hashtext('vault custodians'))`);
const COUNT = sql('vault_custodian_count', 'select count(*)::int as count from vault.custodian');

interface CustodianRow {
  readonly salt: Buffer;
  readonly proof: Buffer;
  readonly locked_until: Date | null;
}

/** Custodians of keys, and whether somebody is one. */
@Injectable()
export class Custodians {
  constructor(
    private readonly book: KeyBook,
    private readonly centre: Centre,
    private readonly inventory: KeyInventory,
    private readonly clock: Clock,
    readonly succession: CustodianSuccession,
  ) {}

  async names(): Promise<string[]> {
    return (await this.centre.query<{ name: string }>(NAMES, [])).map(({ name }) => name);
  }

  /**
   * Enter the first custodians, two or more at once. Afterwards nobody makes himself a custodian: two others replace one.
   * @throws NotOpenError there are custodians already; CeremonyInputError
   */
  async found(people: readonly { name: string; secret: string }[], requestId: string): Promise<void> {
    const isPlural = new Set(people.map(({ name }) => name)).size === people.length && people.length >= 2;
    if (!isPlural) throw new CeremonyInputError('custodians are two or more, each with a name of his own');
    for (const { secret } of people) checkSecret(secret);
    if (new Set(people.map(({ secret }) => secret)).size !== people.length) {
      throw new CeremonyInputError('each custodian has a secret of his own');
    }
    const rows = await Promise.all(people.map(async ({ name, secret }) => ({ name, ...(await proofOf(secret)) })));
    await this.book.run(async (tx) => {
      await tx.query(LOCK, []);
      const [known] = await tx.query<{ count: number }>(COUNT, []);
      if (known!.count > 0) throw new NotOpenError('custodians');
      for (const { name, salt, proof } of rows) {
        tx.send(INSERT, [name, salt, proof, this.clock.now()]);
        this.inventory.note(tx, 'custodian', null, { by: name, requestId }, { result: 'entered' });
      }
    });
  }

  /** @returns the custodian's name. @throws CustodianRefusedError one answer for every reason; five in a row lock for a quarter of an hour */
  async authenticate({ name, secret }: CustodianProof, requestId: string): Promise<string> {
    const [row] = await this.centre.query<CustodianRow>(FIND, [name]);
    const now = this.clock.now();
    const { proof } = await proofOf(secret, row?.salt); // also for a name that nobody has: the answer takes as long
    const isRight = row !== undefined && timingSafeEqual(proof, row.proof);
    const isLocked = row?.locked_until !== null && row !== undefined && row.locked_until > now;
    if (isRight && !isLocked) {
      await this.centre.query(PASSED, [name]);
      return name;
    }
    await this.book.run(async (tx) => {
      if (row !== undefined && !isLocked) await tx.query(FAILED, [name, new Date(now.getTime() + LOCK_MS)]);
      const by = row === undefined ? 'unknown' : name;
      this.inventory.note(tx, 'custodian', null, { by, requestId }, { result: isLocked ? 'locked' : 'refused' });
    });
    throw new CustodianRefusedError();
  }
}
