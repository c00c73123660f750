import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../../test/kit/database.js';
import { Till, type VaultNode } from '../vault-test-bench.js';
import { VaultHouse } from '../vault-test-house.js';

const VISA = '4111111111111111';
let house: VaultHouse;
let vault: VaultNode;
let second: VaultNode;
let admin: pg.Client;
let till: Till;

beforeAll(async () => {
  house = await VaultHouse.open(await testDatabase());
  [vault, second] = house.nodes;
  ({ admin } = house);
}, 60_000);
afterAll(() => house.close());

/** Five cards of a new tenant, in two slices: rows 0 to 3 and 4 to 5 (row 0 is the enrolment). */
beforeEach(async () => {
  till = await Till.enrol(vault, 'AES-DUKPT', randomUUID());
  for (const counter of [1, 2, 3]) await vault.open(till.request(counter, VISA));
  await vault.doors.chainer.chainAll();
  for (const counter of [4, 5]) await vault.open(till.request(counter, VISA));
  await second.doors.chainer.chainAll();
});

const verdict = () => vault.doors.verifier.verify(till.tenantId);
const rowIds = async (): Promise<string[]> =>
  (
    await admin.query<{ id: string }>('select id from vault.audit where tenant_id = $1 order by xact, id', [
      till.tenantId,
    ])
  ).rows.map(({ id }) => id);

describe('[D5, CC-25] the chain of the audit', { timeout: 30_000 }, () => {
  it('proves what nobody touched, and counts rows that are not chained yet', async () => {
    expect(await verdict()).toMatchObject({ slices: 2, rows: 6, unchained: 0, fault: null });
    await vault.open(till.request(6, VISA));
    expect(await verdict()).toMatchObject({ rows: 6, unchained: 1, fault: null });
  });

  it('names an edited row', async () => {
    const [, , third] = await rowIds();
    await admin.query(`update vault.audit set result = 'repeated' where id = $1`, [third]);
    expect((await verdict()).fault).toEqual({ kind: 'edited', auditId: third, seq: 1 });
  });

  it('names a deleted row', async () => {
    const [, second] = await rowIds();
    await admin.query('delete from vault.audit where id = $1', [second]);
    expect((await verdict()).fault).toEqual({ kind: 'deleted', auditId: second, seq: 1 });
  });

  it('names the first of two rows that changed places', async () => {
    const ids = await rowIds();
    await admin.query(
      `update vault.audit a set xact = b.xact from vault.audit b
       where a.tenant_id = $1 and b.tenant_id = $1 and ((a.id = $2 and b.id = $3) or (a.id = $3 and b.id = $2))`,
      [till.tenantId, ids[1], ids[2]],
    );
    expect((await verdict()).fault).toEqual({ kind: 'moved', auditId: ids[2], seq: 1 });
  });

  it('names a row that was put in between, and one that was put behind', async () => {
    const ids = await rowIds();
    const copy = randomUUID();
    const insert = (xact: string) =>
      admin.query(
        `insert into vault.audit (tenant_id, id, at, operation, result, request_id, seal_version, mac, xact)
         select tenant_id, $2, at, operation, result, request_id, seal_version, mac, ${xact} from vault.audit where id = $1`,
        [ids[1], copy],
      );
    await insert('xact');
    expect((await verdict()).fault).toEqual({ kind: 'inserted', auditId: copy, seq: 1 });
    await admin.query('delete from vault.audit where id = $1', [copy]);
    await insert('pg_current_xact_id()::text::bigint');
    expect((await verdict()).fault).toEqual({ kind: 'forged', auditId: copy, seq: 3 });
    await vault.doors.chainer.chainAll(); // chaining it does not make it true, and is reported at once
    expect((await verdict()).fault).toEqual({ kind: 'edited', auditId: copy, seq: 3 });
    expect(vault.lines.join()).toContain('the audit was changed');
  });

  it('names the first row of a tail that was cut off, with its slice and without it', async () => {
    const ids = await rowIds();
    const cut = [ids[4], ids[5]];
    await admin.query('delete from vault.audit where id = any($1)', [cut]);
    expect((await verdict()).fault).toEqual({ kind: 'deleted', auditId: cut[0], seq: 2 });
    await second.doors.anchor.write();
    await admin.query('delete from vault.audit_slice where tenant_id = $1 and seq = 2', [till.tenantId]);
    expect((await verdict()).fault).toEqual({ kind: 'truncated', auditId: null, seq: 2 });
  });

  it('sees a changed slice, a missing one, and a chain that was made anew', async () => {
    const { tenantId } = till;
    await admin.query(
      `update vault.audit_slice set entries = set_byte(entries, 40, get_byte(entries, 40) # 1) where tenant_id = $1 and seq = 1`,
      [tenantId],
    );
    expect((await verdict()).fault).toEqual({ kind: 'slice_changed', auditId: null, seq: 1 });
    await admin.query('delete from vault.audit_slice where tenant_id = $1 and seq = 1', [tenantId]);
    expect((await verdict()).fault).toEqual({ kind: 'slice_missing', auditId: null, seq: 1 });
    await second.doors.anchor.write();
    await admin.query('delete from vault.audit_slice where tenant_id = $1', [tenantId]);
    await admin.query('update vault.audit_progress set chained_below = 0');
    await vault.doors.chainer.chainAll();
    expect((await verdict()).fault?.kind).toBe('truncated'); // one slice now, the anchor knows of two
  });

  it('survives the last line of a process that was killed while it wrote its heads', async () => {
    await vault.doors.anchor.write();
    await writeFile(join(house.folder.directory, 'audit-anchors.jsonl'), '{"tenantId":"', { flag: 'a' });
    expect((await verdict()).fault).toBeNull();
    await writeFile(join(house.folder.directory, 'audit-anchors.jsonl'), '\n', { flag: 'a' });
  });

  it('chains each row once when several vaults chain at once', async () => {
    const others = await Promise.all([1, 2, 3].map(() => Till.enrol(vault, 'AES-DUKPT')));
    await Promise.all(others.map((other) => vault.open(other.request(1, VISA))));
    await Promise.all([vault, second, vault, second].map((node) => node.doors.chainer.chainAll()));
    for (const other of others) {
      expect(await vault.doors.verifier.verify(other.tenantId)).toMatchObject({ slices: 1, rows: 2, fault: null });
    }
  });

  it('lets the role of the vault neither change nor delete what was written', async () => {
    const client = new pg.Client({ connectionString: house.database.url('vault') });
    await client.connect();
    for (const table of ['audit', 'audit_slice']) {
      await expect(client.query(`delete from vault.${table}`)).rejects.toThrow(/permission denied/);
      await expect(client.query(`update vault.${table} set mac = mac`)).rejects.toThrow(/permission denied/);
    }
    await client.end();
  });
});
