import pg from 'pg';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { TenantContext } from '@tsunagu/contracts';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { PaymentHouse, aTenant } from './payment-house.js';

/** Tables of work in hand: the sweeper works for all tenants, so what an earlier test left behind would be swept in the next one. */
const WORK_IN_HAND = 'gateway.attempt, gateway.payment, gateway.resolution, gateway.worker_lease';

/** What the tests of one file share: one database, one client that may do anything, and before each test a tenant and fresh houses. */
export class PaymentSpec {
  db!: TestDatabase;
  admin!: pg.Client;
  ctx!: TenantContext;
  houses: PaymentHouse[] = [];

  /** @param nodes names of the workers, a house each; registers the hooks of the file */
  constructor(nodes: readonly [string, ...string[]] = ['worker-1']) {
    beforeAll(() => this.#open(), 60_000);
    beforeEach(async () => {
      await this.admin.query(`TRUNCATE ${WORK_IN_HAND}`);
      this.houses = nodes.map((node) => new PaymentHouse(this.db.url('gateway'), node));
      for (const { lease } of this.houses) await lease.keep();
      this.ctx = aTenant();
      return () => Promise.all(this.houses.map((house) => house.close()));
    });
    afterAll(() => this.#close());
  }

  async #open(): Promise<void> {
    this.db = await testDatabase();
    this.admin = new pg.Client({ connectionString: this.db.adminUrl });
    await this.admin.connect();
  }

  async #close(): Promise<void> {
    await this.admin.end();
    await this.db.drop();
  }
}
