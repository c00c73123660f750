import pg from 'pg';
import type { KeyOperation } from './ceremony/key-orders.service.js';
import type { KeyRecord } from './inventory/key-record.js';
import { BenchClock, VaultNode, hsmFolder } from './vault-test-bench.js';

/** Two custodians at work, as the doors hand them in after their proof. */
export const [aoi, ren] = ['aoi', 'ren'].map((by) => ({ by, requestId: 'r' })) as [
  { by: string; requestId: string },
  { by: string; requestId: string },
];

/** Published test cards: Visa, JCB, Mastercard. */
export const CARDS = ['4111111111111111', '3530111333300000', '5555555555554444'] as const;

/** A database of its own for one spec, as `testDatabase()` of the test kit makes it. */
interface OwnDatabase {
  readonly adminUrl: string;
  url(role: 'vault'): string;
  drop(): Promise<void>;
}

/** Two vaults on one database and one HSM, two custodians, and the eye of an administrator on the tables. */
export class VaultHouse {
  private constructor(
    readonly database: OwnDatabase,
    readonly folder: Awaited<ReturnType<typeof hsmFolder>>,
    readonly clock: BenchClock,
    readonly nodes: readonly [VaultNode, VaultNode],
    readonly admin: pg.Client,
  ) {}

  /** @param people name and secret of each custodian */
  static async open(
    database: OwnDatabase,
    people: Readonly<Record<string, string>> = { aoi: 'aoi and a long secret', ren: 'ren and a long secret' },
  ): Promise<VaultHouse> {
    const folder = await hsmFolder();
    const clock = new BenchClock();
    const start = () => VaultNode.start(database.url('vault'), folder.directory, clock);
    const nodes = [await start(), await start()] as const;
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    const house = new VaultHouse(database, folder, clock, nodes, admin);
    const founders = Object.entries(people).map(([name, secret]) => ({ name, secret }));
    await nodes[0].keys.custodians.found(founders, 'r');
    return house;
  }

  /** An order of aoi that ren approves. @returns the key afterwards */
  async approved(operation: KeyOperation, keyId: string): Promise<KeyRecord> {
    const { orders } = this.nodes[0].keys;
    const order = await orders.order({ keyId, operation, wrappingKeyId: null }, aoi);
    return (await orders.approve(order.id, ren)).key;
  }

  /** The next version of a key, made and activated. @returns its name */
  async rotate(keyId: string): Promise<string> {
    const { id } = await this.nodes[0].keys.arrivals.succeed(keyId, aoi);
    await this.approved('activate', id);
    return id;
  }

  /** Every vault learns what the inventory says. */
  async refresh(): Promise<void> {
    for (const node of this.nodes) await node.keys.ring.refresh();
  }

  async close(): Promise<void> {
    await this.admin.end();
    await Promise.all(this.nodes.map((node) => node.stop()));
    await this.folder.remove();
    await this.database.drop();
  }
}
