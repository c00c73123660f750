import { Injectable } from '@nestjs/common';
import { HsmProvider, type KeyInfo } from '@tsunagu/hsm';
import { Clock, newId } from '@tsunagu/kernel';
import { sql, type Tx } from '@tsunagu/platform';
import { randomBytes } from 'node:crypto';
import type { KeyActor } from '../inventory/key-inventory.service.js';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KEY_PURPOSES } from '../inventory/key-purposes.js';
import type { KeyRecord } from '../inventory/key-record.js';
import { KeyRing } from '../inventory/key-ring.js';
import { NotOpenError, SecondPersonError } from './ceremony-errors.js';
import { KeyArrivals } from './key-arrivals.service.js';
import { checkDescription, componentCheckValue, keyIdOf, readComponent, type KeyDescription } from './new-key.js';

const CEREMONY_MS = 4 * 3_600_000;

/** What a custodian sees after his component: check values, to compare with his paper. */
export interface ComponentAnswer {
  readonly ceremonyId: string;
  /** Which component this was, 1 or 2. */
  readonly number: number;
  readonly componentKcv: string;
  /** After the second: the key, pending. */
  readonly key: KeyRecord | null;
}

const BEGIN = sql(
  'vault_ceremony_begin',
  `insert into vault.key_ceremony (id, key_id, purpose, usage, algorithm, tenant_id, zone, sealed_by, state, begun_by, begun_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11)`,
);
const GIVE = sql(
  'vault_component_give',
  `insert into vault.key_component (ceremony_id, number, custodian, iv, sealed, kcv, given_at) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (ceremony_id, number) do update set iv = excluded.iv, sealed = excluded.sealed, kcv = excluded.kcv, given_at = excluded.given_at
     where key_component.custodian = excluded.custodian
   returning number`,
);
const FIND = sql(
  'vault_ceremony_find',
  `select id, key_id as "keyId", purpose, usage, algorithm, tenant_id as "tenantId", zone, sealed_by as "sealedBy", begun_by as "begunBy"
   from vault.key_ceremony where id = $1 and state = 'open' and expires_at > $2`,
);
const COMPONENTS = sql(
  'vault_components',
  'select number, iv, sealed from vault.key_component where ceremony_id = $1 order by number',
);
const FORGET = sql('vault_components_forget', 'delete from vault.key_component where ceremony_id = $1');
const END = sql(
  'vault_ceremony_end',
  `update vault.key_ceremony set state = 'done' where id = $1 and state = 'open' returning id`,
);

interface Ceremony extends KeyDescription {
  readonly id: string;
  readonly keyId: string;
  /** Key that both components are sealed with. */
  readonly sealedBy: string;
  readonly begunBy: string;
}

/**
 * A key in two components, each brought by a custodian of his own, each in a command of his own. The first one lies here sealed under
 * a key of the HSM; both meet only inside the HSM. Nobody, and no process but the provider, ever holds two of them.
 */
@Injectable()
export class Components {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly ring: KeyRing,
    private readonly book: KeyBook,
    private readonly arrivals: KeyArrivals,
    private readonly clock: Clock,
  ) {}

  /** First component. Valid for four hours. @throws CeremonyInputError, HsmError */
  async begin(what: KeyDescription, componentHex: string, actor: KeyActor): Promise<ComponentAnswer> {
    checkDescription(what);
    await this.ring.refresh();
    const sealedBy = this.ring.current('ceremony').id;
    const at = this.clock.now();
    const id = newId(at);
    const keyId = keyIdOf(what, await this.arrivals.nextVersion(what));
    const { purpose, usage, algorithm, tenantId, zone } = what;
    const ceremony = { ...what, id, keyId, sealedBy, begunBy: actor.by };
    return this.#give(ceremony, 1, componentHex, actor, (tx) => {
      const whose = [id, keyId, purpose, usage, algorithm, tenantId, zone, sealedBy, actor.by];
      tx.send(BEGIN, [...whose, at, new Date(at.getTime() + CEREMONY_MS)]);
    });
  }

  /**
   * Second component: the key comes to be, pending.
   * @throws SecondPersonError the custodian of the first one; NotOpenError, CeremonyInputError, HsmError
   */
  async finish(ceremonyId: string, componentHex: string, actor: KeyActor): Promise<ComponentAnswer> {
    const ceremony = await this.#open(ceremonyId);
    if (ceremony.begunBy === actor.by) {
      await this.book.run(async (tx) => this.#note(tx, ceremony, actor, 'same_person_refused', {}));
      throw new SecondPersonError();
    }
    const answer = await this.#give(ceremony, 2, componentHex, actor, () => undefined);
    const info = await this.#combine(ceremony);
    const people = { by: `${ceremony.begunBy}+${actor.by}`, requestId: actor.requestId };
    const version = Number(ceremony.keyId.split('-v').at(-1));
    const key = await this.arrivals.enter(ceremony, version, info, { origin: 'components', actor: people });
    await this.book.run(async (tx) => {
      if ((await tx.query(END, [ceremony.id])).length === 0) return; // a repeat: it was ended
      tx.send(FORGET, [ceremony.id]);
      this.arrivals.inventory.note(tx, 'key_import', ceremony.keyId, people, {
        result: 'combined',
        facts: {
          kcv: info.kcv,
          ceremony: ceremony.id,
        },
      });
    });
    return { ...answer, key };
  }

  async #open(ceremonyId: string): Promise<Ceremony> {
    return this.book.run(async (tx) => {
      const [ceremony] = await tx.query<Ceremony>(FIND, [ceremonyId, this.clock.now()]);
      if (ceremony === undefined) throw new NotOpenError('ceremony');
      return ceremony;
    });
  }

  async #give(
    ceremony: Ceremony,
    number: 1 | 2,
    componentHex: string,
    actor: KeyActor,
    before: (tx: Tx) => void,
  ): Promise<ComponentAnswer> {
    const component = readComponent(componentHex, ceremony.algorithm);
    try {
      const componentKcv = componentCheckValue(component, ceremony.algorithm);
      const iv = randomBytes(12);
      const key = { provider: this.hsm.name, id: ceremony.sealedBy };
      const aad = aadOf(ceremony.id, number);
      const sealed = await this.hsm.encrypt({ key, mode: 'GCM', iv, aad, data: component });
      await this.book.run(async (tx) => {
        before(tx);
        const values = [ceremony.id, number, actor.by, iv, sealed, componentKcv, this.clock.now()];
        if ((await tx.query(GIVE, values)).length === 0) throw new SecondPersonError();
        this.#note(tx, ceremony, actor, 'given', { number, kcv: componentKcv });
      });
      return { ceremonyId: ceremony.id, number, componentKcv, key: null };
    } finally {
      component.fill(0);
    }
  }

  async #combine({ id, keyId, purpose, usage, algorithm, sealedBy: sealingId }: Ceremony): Promise<KeyInfo> {
    const rows = await this.book.run((tx) =>
      tx.query<{ number: number; iv: Buffer; sealed: Buffer }>(COMPONENTS, [id]),
    );
    const components = rows.map(({ number, iv, sealed }) => ({ iv, aad: aadOf(id, number), data: sealed }));
    const { scope } = KEY_PURPOSES[purpose];
    const sealedBy = { provider: this.hsm.name, id: sealingId };
    return this.hsm.importComponents({
      id: keyId,
      usage,
      type: algorithm,
      scope,
      sealedBy,
      components,
      state: 'pending',
    });
  }

  #note(tx: Tx, ceremony: Ceremony, actor: KeyActor, result: string, facts: Record<string, string | number>): void {
    this.arrivals.inventory.note(tx, 'key_component', ceremony.keyId, actor, {
      result,
      facts: { ceremony: ceremony.id, ...facts },
    });
  }
}

function aadOf(ceremonyId: string, number: number): Buffer {
  return Buffer.from(`component|${ceremonyId}|${number}`);
}
