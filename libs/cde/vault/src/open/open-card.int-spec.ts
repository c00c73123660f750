import { createHash, randomUUID } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenCardAnswer } from '@tsunagu/contracts';
import { Ksn } from '@tsunagu/hsm';
import { testDatabase } from '../../../../../test/kit/database.js';
import type { HeldCardRequest } from '../pin/add-pin-request.js';
import { BenchClock, Till, VaultNode } from '../vault-test-bench.js';
import { VaultHouse } from '../vault-test-house.js';

const VISA = '4111111111111111';
const JCB = '3530111333300000';
let house: VaultHouse;
let vault: VaultNode;
let second: VaultNode;
let admin: pg.Client;
let aes: Till;

beforeAll(async () => {
  house = await VaultHouse.open(await testDatabase());
  [vault, second] = house.nodes;
  ({ admin } = house);
  aes = await Till.enrol(vault, 'AES-DUKPT');
}, 60_000);
afterAll(() => house.close());

/** What the api asks once the holder of a card that was read before has typed his PIN. */
function addPinRequest(till: Till, card: Pick<OpenCardAnswer, 'tokenId' | 'envelope'>) {
  return (intent: number, pinBlock: ReturnType<Till['pin']>): HeldCardRequest => {
    const { sad, account } = card.envelope;
    const { tenantId, terminalId } = till;
    const common = { tenantId, terminalId, tokenId: card.tokenId, requestId: 'req-2', intent: `continue-${intent}` };
    return { ...common, pinBlock, envelope: { sad: sad!, account } };
  };
}

const audits = async (tenantId: string): Promise<string[]> =>
  (
    await admin.query<{ result: string }>(
      `select result from vault.audit where tenant_id = $1 and operation <> 'enrol_device' order by id`,
      [tenantId],
    )
  ).rows.map(({ result }) => result);

describe('opening a card', { timeout: 30_000 }, () => {
  it.each(['AES-DUKPT', 'TDES-DUKPT'] as const)(
    'gives a token, a display and an envelope that the switch can open (%s)',
    async (scheme) => {
      const till = await Till.enrol(vault, scheme);
      const pinBlock = till.pin(1, '1234', JCB);
      const answer = await vault.open(till.request(1, JCB, { card: { pinBlock, emv: '9F02060000000015009C0100' } }));
      expect(answer.card).toMatchObject({ brand: 'jcb', bin6: '353011', last4: '0000', expMonth: 8, expYear: 2029 });
      const { opener, close } = await house.folder.opener(vault.clock);
      const account = await opener.openAccount(till.tenantId, answer.envelope.account);
      expect([account.pan.toString(), account.expiry]).toEqual([JCB, '2908']);
      const sad = await opener.openSad(till.tenantId, answer.envelope.sad!);
      expect(sad.track2?.reveal().toString()).toBe(`${JCB}=29081010000000000000`);
      expect(sad.pinBlock?.reveal()).toHaveLength(16);
      expect(sad.emv?.reveal().toString('hex')).toContain('9f0206000000001500');
      close();
    },
  );

  it('tells a chip card that was swiped from one that had to be: the reader takes no chips, or the card has none', async () => {
    const [chips, stripes] = [await Till.enrol(vault, 'AES-DUKPT'), await Till.enrol(vault, 'TDES-DUKPT')];
    const swiped = async (
      till: Till,
      counter: number,
      serviceCode: string,
      entryMode: 'stripe' | 'chip' = 'stripe',
    ) => {
      const request = till.request(counter, JCB, { card: { ...till.payload(counter, JCB, serviceCode), entryMode } });
      return (await vault.open(request)).isFallback;
    };
    expect([await swiped(chips, 1, '201'), await swiped(chips, 2, '620')]).toEqual([true, true]);
    expect([await swiped(chips, 3, '101'), await swiped(chips, 4, '201', 'chip')]).toEqual([undefined, undefined]);
    expect(await swiped(stripes, 1, '201')).toBeUndefined();
  });

  it.each(['AES-DUKPT', 'TDES-DUKPT'] as const)(
    'lays a PIN that was typed later over the held card, under its own counter (%s)',
    async (scheme) => {
      const till = await Till.enrol(vault, scheme);
      const { tokenId, envelope } = await vault.open(till.request(1, JCB));
      const ask = addPinRequest(till, { tokenId, envelope });
      const held = await vault.doors.addPin.add(ask(2, till.pin(2, '123456', JCB)));
      expect(held.envelope.account).toBe(envelope.account);
      const { opener, close } = await house.folder.opener(vault.clock);
      const sad = await opener.openSad(till.tenantId, held.envelope.sad!);
      expect(sad.track2?.reveal().toString()).toBe(`${JCB}=29081010000000000000`);
      expect([sad.pinBlock?.reveal().length, sad.entry, typeof sad.pinKey]).toEqual([16, 'contactless', 'string']);
      close();
      expect(await audits(till.tenantId)).toEqual(['claimed', 'pin']);
    },
  );

  it('refuses a PIN of another card, another key, another reader or a used counter, and writes that down', async () => {
    const [till, other] = [await Till.enrol(vault, 'AES-DUKPT'), await Till.enrol(vault, 'AES-DUKPT')];
    const { tokenId, envelope } = await vault.open(till.request(1, JCB));
    const ask = addPinRequest(till, { tokenId, envelope });
    const add = (...args: Parameters<typeof ask>) => vault.doors.addPin.add(ask(...args));
    const wrongKey = { ...till.pin(4, '1234', JCB), ksn: till.pin(5, '1234', JCB).ksn };
    const invalid = { code: 'card_data_invalid' };
    await expect(add(3, till.pin(3, '1234', VISA))).rejects.toMatchObject({ ...invalid, fault: 'pin_block' });
    await expect(add(5, wrongKey)).rejects.toMatchObject({ ...invalid, fault: 'pin_block' });
    await expect(add(6, other.pin(6, '1234', JCB))).rejects.toMatchObject({ ...invalid, fault: 'device_unknown' });
    await expect(add(7, { ...till.pin(7, '1234', JCB), format: 'iso0' })).rejects.toMatchObject(invalid);
    const pin = till.pin(8, '1234', JCB);
    await add(8, pin);
    await add(8, pin); // the same continuation, sent again
    await expect(add(9, pin)).rejects.toMatchObject({ code: 'ksn_replay' });
    await expect(add(1, till.pin(1, '1234', JCB))).rejects.toMatchObject({ code: 'ksn_replay' });
    const foreign = { ...ask(10, till.pin(10, '1234', JCB)), tokenId: randomUUID() };
    await expect(vault.doors.addPin.add(foreign)).rejects.toMatchObject({ code: 'resource_missing' });
    const written = await audits(till.tenantId);
    expect(written.filter((result) => result === 'pin_block')).toHaveLength(3);
    expect(written.filter((result) => result === 'ksn_replay')).toHaveLength(2);
  });

  it('knows a card again by its token, per tenant [C4, C6]', async () => {
    const other = await Till.enrol(vault, 'AES-DUKPT');
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const first = await vault.open(till.request(1, VISA));
    expect((await second.open(till.request(2, VISA))).tokenId).toBe(first.tokenId);
    expect((await vault.open(other.request(1, VISA))).tokenId).not.toBe(first.tokenId);
    expect((await vault.open(till.request(3, JCB))).tokenId).not.toBe(first.tokenId);
  });

  it('makes one token when many tills meet a new card at once', async () => {
    const tills = await Promise.all(Array.from({ length: 8 }, () => Till.enrol(vault, 'AES-DUKPT', aes.tenantId)));
    const answers = await Promise.all(
      tills.map((till, i) => (i % 2 === 0 ? vault : second).open(till.request(1, '5555555555554444'))),
    );
    expect(new Set(answers.map(({ tokenId }) => tokenId)).size).toBe(1);
  });

  it('costs one look-up and one transaction of two round trips', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    await vault.open(till.request(1, VISA));
    const before = { ...vault.pool.counts };
    await vault.open(till.request(2, VISA));
    expect({
      statements: vault.pool.counts.statements - before.statements,
      commits: vault.pool.counts.commits - before.commits,
    }).toEqual({ statements: 3, commits: 1 });
  });
});

describe('replay', { timeout: 30_000 }, () => {
  it('gives the same answer to a till that repeats the same purchase [C7]', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const request = till.request(1, VISA);
    const [first, again] = [await vault.open(request), await second.open(request)];
    expect([again.tokenId, again.card]).toEqual([first.tokenId, first.card]);
    expect(await audits(till.tenantId)).toEqual(['claimed', 'repeated']);
  });

  it('refuses the same number for another purchase, and for another ciphertext [C7, CC-17]', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const request = till.request(1, VISA);
    await vault.open(request);
    await expect(vault.open({ ...request, intent: 'another' })).rejects.toMatchObject({
      code: 'ksn_replay',
      category: 'conflict',
    });
    await expect(vault.open(till.request(1, VISA))).rejects.toMatchObject({ code: 'ksn_replay' }); // a new random IV
    expect(await audits(till.tenantId)).toEqual(['claimed', 'ksn_replay', 'ksn_replay']);
  });

  it('lets exactly one of many racing purchases have the number [C7, CC-17]', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const request = till.request(1, VISA);
    const results = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? vault : second).open({ ...request, intent: `racer-${i}` })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'ksn_replay' });
    const { rows } = await admin.query('select 1 from vault.ksn_use where tenant_id = $1', [till.tenantId]);
    expect(rows).toHaveLength(1);
  });

  it('takes late messages inside the window, refuses older ones, and takes jumps forward [C7, CC-17]', async () => {
    const till = await Till.enrol(vault, 'TDES-DUKPT');
    const at = (counter: number) => vault.open(till.request(counter, VISA));
    await at(10_000); // a jump
    let late = Ksn.of('TDES-DUKPT', till.device.initialKeyId, 9_900)!;
    while (!late.isUsable) late = late.next()!;
    await at(late.counter);
    await expect(at(1)).rejects.toMatchObject({ code: 'ksn_stale', category: 'conflict' });
    await expect(at(late.counter)).resolves.toBeDefined(); // zero IV: the same ciphertext, the same purchase
    const { rows } = await admin.query('select highest_counter from vault.device_counter where tenant_id = $1', [
      till.tenantId,
    ]);
    expect(rows).toEqual([{ highest_counter: '10000' }]);
  });

  it('counts the window in usable counters, to the very edge', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    await vault.open(till.request(300, VISA));
    await expect(vault.open(till.request(44, VISA))).rejects.toMatchObject({ code: 'ksn_stale' });
    await expect(vault.open(till.request(45, VISA))).resolves.toBeDefined();
  });
});

describe('refusals', { timeout: 30_000 }, () => {
  const refused = { code: 'card_data_invalid', category: 'unprocessable', message: 'the card data cannot be used' };

  it('answers every fault alike, and claims nothing, another tenant’s reader and key among them [C8, CC-30]', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const foreign = await Till.enrol(vault, 'AES-DUKPT');
    const good = till.request(1, VISA);
    const flip = (hex: string): string => (hex[0] === '0' ? '1' : '0') + hex.slice(1);
    const withCard = (card: object) => ({ ...good, card: { ...good.card, ...card } });
    const bad = [
      withCard({ ciphertext: flip(good.card.ciphertext) }),
      withCard({ mac: flip(good.card.mac!) }),
      withCard({ mac: undefined }),
      withCard({ ksn: `${till.device.initialKeyId}00000000` }),
      withCard({ ksn: `${till.device.initialKeyId}FFFFFFFF` }),
      withCard({ format: 'dukpt_tdes' }),
      withCard({ emv: '5A084111111111111111' }),
      withCard({ pinBlock: till.pin(2, '1234', VISA) }),
      { ...good, tenantId: foreign.tenantId },
      { ...good, terminalId: foreign.terminalId },
      { ...foreign.request(1, VISA), tenantId: till.tenantId, terminalId: till.terminalId },
      till.request(1, '4111111111111112'),
    ];
    for (const request of bad) await expect(vault.open(request)).rejects.toMatchObject(refused);
    await expect(vault.open(good)).resolves.toBeDefined();
    expect((await audits(till.tenantId)).at(-1)).toBe('claimed');
  });

  it('suspends a device after five wrong MACs in ten minutes, on every node, and not for slow ones [CC-21]', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const forged = () => vault.open(till.request(1, VISA, { card: { mac: '00'.repeat(16) } }));
    for (let i = 0; i < 4; i += 1) await expect(forged()).rejects.toMatchObject(refused);
    vault.clock.advance(10 * 60_000 + 1);
    await expect(forged()).rejects.toMatchObject(refused);
    await expect(vault.open(till.request(1, VISA))).resolves.toBeDefined();
    for (let i = 0; i < 4; i += 1) await expect(forged()).rejects.toMatchObject(refused);
    await expect(vault.open(till.request(2, VISA))).rejects.toMatchObject(refused);
    vault.clock.advance(5_001);
    await expect(second.open(till.request(2, VISA))).rejects.toMatchObject(refused);
    expect((await audits(till.tenantId)).slice(-3)).toEqual([
      'mac_device_suspended',
      'device_blocked',
      'device_blocked',
    ]);
    expect(vault.lines.join('')).toContain('device was suspended');
  });

  it('obeys a kill switch within five seconds', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    await vault.open(till.request(1, VISA));
    await admin.query(`update vault.device set state = 'retired' where tenant_id = $1`, [till.tenantId]);
    vault.clock.advance(5_001);
    await expect(vault.open(till.request(2, VISA))).rejects.toMatchObject(refused);
  });

  it('refuses the devices of a revoked base key, and nobody else', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const sibling = await Till.enrol(vault, 'TDES-DUKPT', till.tenantId);
    await vault.hsm.destroyKey({ provider: 'software', id: `bdk-${till.tenantId}-aes-dukpt` });
    await expect(vault.open(till.request(1, VISA))).rejects.toMatchObject(refused);
    await expect(vault.open(sibling.request(1, VISA))).resolves.toBeDefined();
  });

  it('opens nothing when the audit cannot be written', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    await admin.query('revoke insert on vault.audit from tsunagu_vault');
    await expect(vault.open(till.request(1, VISA))).rejects.toMatchObject({ category: 'internal' });
    await admin.query('grant insert on vault.audit to tsunagu_vault');
    const { rows } = await admin.query('select 1 from vault.ksn_use where tenant_id = $1', [till.tenantId]);
    expect(rows).toEqual([]);
  });
});

describe('stored accounts', { timeout: 30_000 }, () => {
  const purpose = { purpose: 'refund', requestId: 'req-2' } as const;

  it('seals a fresh account from a token, with its audit row', async () => {
    const { tokenId } = await vault.open(aes.request(100, VISA));
    const answer = await second.seal({ tenantId: aes.tenantId, tokenId, ...purpose });
    expect([answer.card.last4, answer.envelope.sad]).toEqual(['1111', null]);
    const { opener, close } = await house.folder.opener(vault.clock);
    expect((await opener.openAccount(aes.tenantId, answer.envelope.account)).pan.toString()).toBe(VISA);
    close();
    expect((await audits(aes.tenantId)).at(-1)).toBe('refund');
  });

  it('does not know a token of another tenant [C6, CC-30]', async () => {
    const { tokenId } = await vault.open(aes.request(101, VISA));
    for (const tenantId of [randomUUID(), (await Till.enrol(vault, 'AES-DUKPT')).tenantId]) {
      await expect(vault.seal({ tenantId, tokenId, ...purpose })).rejects.toMatchObject({ code: 'resource_missing' });
    }
  });

  it('refuses an account that was moved to another row [C3]', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const one = await vault.open(till.request(1, VISA));
    const two = await vault.open(till.request(2, JCB));
    await admin.query(
      `update vault.card as c set pan_cipher = o.pan_cipher from vault.card as o
       where c.tenant_id = $1 and o.tenant_id = $1 and c.token_id = $2 and o.token_id = $3`,
      [till.tenantId, one.tokenId, two.tokenId],
    );
    await expect(vault.seal({ tenantId: till.tenantId, tokenId: one.tokenId, ...purpose })).rejects.toMatchObject({
      code: 'internal_error',
    });
    expect(vault.lines.join('')).toContain('failed its authentication');
  });

  it('leaves no account number in any table or log line, and no track at all [C2, C3, C4, CC-01, CC-06, D1]', async () => {
    const { rows } = await admin.query<{ name: string }>(
      `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'vault' and c.relkind = 'r'`,
    );
    let seen = 0;
    for (const { name } of rows) {
      const table = await admin.query<{ line: string }>(`select to_jsonb(t)::text as line from ${name} as t`);
      seen += table.rows.length;
      for (const { line } of table.rows) expect(hasCard(line), name).toBe(false);
    }
    expect(seen).toBeGreaterThan(50);
    expect([...vault.lines, ...second.lines].some(hasCard)).toBe(false);
    expect(hasCard(`planted ${Buffer.from(VISA).toString('hex')}`)).toBe(true);
    expect(hasCard(`planted ${createHash('sha256').update(JCB).digest('hex')}`)).toBe(true);
  });
});

/** Card numbers of this file in text, hex of the text and base64, or as a digest that anybody could compute and look up. */
function hasCard(line: string): boolean {
  return [VISA, JCB, '5555555555554444'].some((pan) => {
    const digests = ['sha256', 'sha1', 'sha512', 'md5'].map((name) => createHash(name).update(pan).digest());
    const forms = [Buffer.from(pan), ...digests].flatMap((bytes) => [
      bytes.toString('hex'),
      bytes.toString('base64').slice(0, 20),
    ]);
    return [pan, ...forms].some((text) => line.includes(text));
  });
}

describe('enrolment', { timeout: 30_000 }, () => {
  it('gives the initial key in sandbox mode only', async () => {
    const node = await VaultNode.start(
      house.database.url('vault'),
      house.folder.directory,
      new BenchClock(),
      'production',
    );
    await expect(Till.enrol(node, 'AES-DUKPT')).rejects.toMatchObject({ code: 'permission_denied' });
    await node.stop();
  });

  it('never gives one key id to two devices, even of two tenants', async () => {
    const tills = await Promise.all(Array.from({ length: 6 }, () => Till.enrol(vault, 'TDES-DUKPT')));
    expect(new Set(tills.map(({ device }) => device.initialKeyId)).size).toBe(6);
    const taken = tills[0]!.device.initialKeyId;
    await expect(
      admin.query('insert into vault.key_index values ($1, $2, now())', [taken, randomUUID()]),
    ).rejects.toMatchObject({ constraint: 'key_index_pkey' });
  });
});

describe('walls of the database', { timeout: 30_000 }, () => {
  it('lets the vault neither change nor delete an audit row, nor see another tenant [E2, E3]', async () => {
    const client = new pg.Client({ connectionString: house.database.url('vault') });
    await client.connect();
    for (const text of [
      'update vault.audit set result = $1',
      'delete from vault.audit where result = $1',
      'delete from vault.ksn_use where intent = $1',
      'delete from vault.key_index where initial_key_id = $1',
    ]) {
      await expect(client.query(text, ['x']), text).rejects.toMatchObject({ code: '42501' });
    }
    for (const table of ['audit', 'card', 'device', 'ksn_use', 'device_counter', 'tenant_data_key']) {
      expect((await client.query(`select 1 from vault.${table}`)).rows, table).toEqual([]);
    }
    await client.end();
  });
});
