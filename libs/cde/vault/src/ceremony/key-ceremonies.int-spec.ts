import { HsmError } from '@tsunagu/hsm';
import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../../test/kit/database.js';
import { CENTRE_TENANT } from '../audit/audit-row.js';
import { Till, VaultNode, type BenchClock } from '../vault-test-bench.js';
import { VaultHouse } from '../vault-test-house.js';
import type { KeyDescription } from './new-key.js';

const DAY_MS = 86_400_000;
const SECRETS = { aoi: 'correct horse battery', ren: 'staple paper lantern', mio: 'third person, far away' };
let house: VaultHouse;
let clock: BenchClock;
let vault: VaultNode;
let admin: pg.Client;

beforeAll(async () => {
  house = await VaultHouse.open(await testDatabase(), SECRETS);
  [vault] = house.nodes;
  ({ clock, admin } = house);
}, 60_000);
afterAll(() => house.close());

const [aoi, ren, mio] = ['aoi', 'ren', 'mio'].map((by) => ({ by, requestId: 'req' })) as [
  { by: string; requestId: string },
  { by: string; requestId: string },
  { by: string; requestId: string },
];
const ref = (id: string) => ({ provider: 'software', id });
const bdkFor = (tenantId: string): KeyDescription => ({
  purpose: 'bdk',
  usage: 'B0',
  algorithm: 'AES128',
  tenantId,
  zone: 'aes-dukpt-maker1',
});

/** A key block protection key of which the test knows the bytes. */
async function transport(zone: string): Promise<{ id: string; clear: Buffer }> {
  const [a, b] = [randomBytes(32), randomBytes(32)];
  const what = { purpose: 'transport', usage: 'K1', algorithm: 'AES256', tenantId: null, zone } as const;
  const { ceremonyId } = await vault.keys.components.begin(what, a.toString('hex'), aoi);
  const { key } = await vault.keys.components.finish(ceremonyId, b.toString('hex'), ren);
  await approved('activate', key!.id);
  return { id: key!.id, clear: Buffer.from(a.map((byte, i) => byte ^ b[i]!)) };
}

async function approved(operation: 'activate' | 'close' | 'retire' | 'revoke' | 'destroy', keyId: string) {
  const order = await vault.keys.orders.order({ keyId, operation, wrappingKeyId: null }, aoi);
  return (await vault.keys.orders.approve(order.id, ren)).key;
}

const trail = async (keyId: string): Promise<string[]> =>
  (
    await admin.query<{ step: string }>(
      `select operation || ' ' || result || ' ' || actor as step from vault.audit where tenant_id = $1 and key_id = $2 order by xact, operation`,
      [CENTRE_TENANT, keyId],
    )
  ).rows.map(({ step }) => step);

describe('custodians', { timeout: 30_000 }, () => {
  it('are entered once, several at a time, and prove themselves', async () => {
    const { custodians } = vault.keys;
    expect(await custodians.authenticate({ name: 'aoi', kind: 'secret', secret: SECRETS.aoi }, 'r')).toBe('aoi');
    const more = [
      { name: 'eve', secret: 'x'.repeat(16) },
      { name: 'eva', secret: 'y'.repeat(16) },
    ];
    await expect(custodians.found(more, 'r')).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(custodians.found(more.slice(1), 'r')).rejects.toMatchObject({ code: 'parameter_invalid' });
  });

  it('are locked after five wrong secrets, with one answer for every reason', async () => {
    const ask = (name: string, secret: string) =>
      vault.keys.custodians.authenticate({ name, kind: 'secret', secret }, 'r');
    for (let i = 0; i < 5; i += 1)
      await expect(ask('mio', 'wrong')).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(ask('mio', SECRETS.mio)).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(ask('nobody', SECRETS.mio)).rejects.toMatchObject({ code: 'permission_denied' });
    clock.advance(16 * 60_000);
    expect(await ask('mio', SECRETS.mio)).toBe('mio');
  });
});

describe('dual control', { timeout: 30_000 }, () => {
  it('[C11, CC-11] refuses the same person twice for activate, export and destroy, and the maker of a key as its approver', async () => {
    const { orders, arrivals } = vault.keys;
    const key = await arrivals.generate(bdkFor(randomUUID()), aoi);
    const order = await orders.order({ keyId: key.id, operation: 'activate', wrappingKeyId: null }, aoi);
    await expect(orders.approve(order.id, aoi)).rejects.toMatchObject({ code: 'second_person_required' });
    expect((await vault.hsm.keyInfo(ref(key.id))).state).toBe('pending');
    expect((await orders.approve(order.id, ren)).key.state).toBe('active');
    await expect(orders.approve(order.id, mio)).rejects.toMatchObject({ code: 'state_conflict' });
    const { id: wrappingKeyId } = await transport('cc11');
    for (const [operation, under] of [
      ['export', wrappingKeyId],
      ['revoke', null],
      ['destroy', null],
    ] as const) {
      const asked = await orders.order({ keyId: key.id, operation, wrappingKeyId: under }, ren);
      await expect(orders.approve(asked.id, ren)).rejects.toMatchObject({ code: 'second_person_required' });
      await expect(orders.approve(asked.id, aoi)).rejects.toMatchObject({ code: 'second_person_required' }); // made it
      await orders.approve(asked.id, mio);
    }
    expect((await vault.keys.book.get(key.id))?.state).toBe('destroyed');
    expect(await trail(key.id)).toEqual([
      'key_born born aoi',
      'key_order activate aoi',
      'key_approval refused aoi',
      'key_approval approved ren',
      'key_state activate ren',
      'key_order export ren',
      'key_approval refused ren',
      'key_approval refused aoi',
      'key_export approved mio',
      'key_order revoke ren',
      'key_approval refused ren',
      'key_approval refused aoi',
      'key_approval approved mio',
      'key_state revoke mio',
      'key_order destroy ren',
      'key_approval refused ren',
      'key_approval refused aoi',
      'key_approval approved mio',
      'key_state destroy mio',
    ]);
  });

  it('[CC-11] approves nothing a day later, and lets the order be given anew', async () => {
    const key = await vault.keys.arrivals.generate(bdkFor(randomUUID()), aoi);
    const ask = () => vault.keys.orders.order({ keyId: key.id, operation: 'activate', wrappingKeyId: null }, aoi);
    const old = await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'state_conflict' });
    clock.advance(DAY_MS + 1);
    await expect(vault.keys.orders.approve(old.id, ren)).rejects.toMatchObject({ code: 'state_conflict' });
    expect((await vault.keys.orders.approve((await ask()).id, ren)).key.state).toBe('active');
  });

  it('[CC-14] stops a retired key in the provider, and a destroyed one for ever', async () => {
    const { arrivals } = vault.keys;
    const what = { purpose: 'ceremony', usage: 'D0', algorithm: 'AES256', tenantId: null, zone: '' } as const;
    const key = await arrivals.generate(what, aoi);
    const use = () =>
      vault.hsm.encrypt({ key: ref(key.id), mode: 'GCM', iv: Buffer.alloc(12), data: Buffer.from('x') });
    await expect(use()).rejects.toMatchObject({ reason: 'usage_denied' });
    await approved('activate', key.id);
    await use();
    await expect(approved('close', key.id)).rejects.toMatchObject({ code: 'parameter_invalid' }); // the house needs one
    await approved('activate', (await arrivals.succeed(key.id, aoi)).id);
    await use(); // for the seconds in which another vault may not know of the new one
    clock.advance(11_000);
    await vault.keys.schedule.round();
    await expect(use()).rejects.toMatchObject({ reason: 'usage_denied' });
    clock.advance(4 * 3_600_000); // a ceremony begun under it could still end until now
    await approved('retire', key.id);
    await expect(approved('activate', key.id)).rejects.toMatchObject({ code: 'state_conflict' });
    await approved('destroy', key.id);
    await expect(use()).rejects.toMatchObject({ reason: 'key_unknown' });
    expect((await vault.keys.book.get(key.id))?.state).toBe('destroyed');
  });
});

describe('[C11, CC-10] a key in components', { timeout: 30_000 }, () => {
  it('needs two people, shows each his check value, and keeps no component', async () => {
    const { components } = vault.keys;
    const [a, b] = [randomBytes(16), randomBytes(16)];
    const first = await components.begin(bdkFor(randomUUID()), a.toString('hex'), aoi);
    expect(first).toMatchObject({ number: 1, key: null });
    expect(first.componentKcv).toMatch(/^[0-9A-F]{6}$/);
    await expect(components.finish(first.ceremonyId, b.toString('hex'), aoi)).rejects.toMatchObject({
      code: 'second_person_required',
    });
    const { rows } = await admin.query<{ sealed: Buffer }>(
      'select sealed from vault.key_component where ceremony_id = $1',
      [first.ceremonyId],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.sealed.includes(a)).toBe(false);
    const { key, componentKcv } = await components.finish(first.ceremonyId, b.toString('hex').toUpperCase(), ren);
    expect(key).toMatchObject({ state: 'pending', origin: 'components', createdBy: 'aoi+ren' });
    expect(componentKcv).not.toBe(first.componentKcv);
    await expect(components.finish(first.ceremonyId, b.toString('hex'), ren)).rejects.toMatchObject({
      code: 'state_conflict',
    });
    const left = await admin.query('select from vault.key_component where ceremony_id = $1', [first.ceremonyId]);
    expect(left.rowCount).toBe(0);
    expect(await trail(key!.id)).toEqual([
      'key_component given aoi',
      'key_component same_person_refused aoi',
      'key_component given ren',
      'key_born born aoi+ren',
      'key_import combined aoi+ren',
    ]);
  });

  it.each([
    ['AES128', 'B0', 'bdk'],
    ['TDES2', 'B0', 'bdk'],
    ['AES256', 'K0', 'transport'],
    ['TDES3', 'K0', 'transport'],
  ] as const)('shows the check value of the key itself (%s)', async (algorithm, usage, purpose) => {
    const zone = `kcv-${algorithm.toLowerCase()}`;
    const what = { purpose, usage, algorithm, tenantId: purpose === 'bdk' ? randomUUID() : null, zone };
    const bytes = { AES128: 16, TDES2: 16, AES256: 32, TDES3: 24 }[algorithm];
    // a second component whose xor with the first is that component again shows that both use one rule
    const whole = randomBytes(bytes);
    const part = randomBytes(bytes);
    const rest = Buffer.from(whole.map((byte, i) => byte ^ part[i]!));
    const { ceremonyId } = await vault.keys.components.begin(what, part.toString('hex'), aoi);
    const { key } = await vault.keys.components.finish(ceremonyId, rest.toString('hex'), ren);
    const alone = await vault.keys.components.begin({ ...what, zone: `${zone}-b` }, whole.toString('hex'), aoi);
    expect(alone.componentKcv).toBe(key!.kcv);
  });

  it('refuses what is not a component', async () => {
    const begin = (hex: string, what = bdkFor(randomUUID())) => vault.keys.components.begin(what, hex, aoi);
    for (const hex of ['00'.repeat(16), 'FF'.repeat(16), 'AB'.repeat(15), 'zz'.repeat(16)]) {
      await expect(begin(hex)).rejects.toMatchObject({ code: 'parameter_invalid' });
    }
    const wrong = [{ usage: 'P0' }, { algorithm: 'AES999' }, { tenantId: null }, { zone: '' }, { zone: '../x' }];
    for (const change of wrong) {
      const what = { ...bdkFor(randomUUID()), ...change } as KeyDescription;
      await expect(begin(randomBytes(16).toString('hex'), what)).rejects.toMatchObject({ code: 'parameter_invalid' });
    }
  });
});

describe('key blocks', { timeout: 30_000 }, () => {
  it('leave under a transport key and come in again, pending, when everything announced is true', async () => {
    const { orders, arrivals } = vault.keys;
    const { id: wrappingKeyId } = await transport('partner1');
    const bdk = await arrivals.generate(bdkFor(randomUUID()), aoi);
    await approved('activate', bdk.id);
    const order = await orders.order({ keyId: bdk.id, operation: 'export', wrappingKeyId }, aoi);
    const { keyBlock } = await orders.approve(order.id, ren);
    const what = { ...bdkFor(randomUUID()), wrappingKeyId, keyBlock: keyBlock!, kcv: bdk.kcv };
    const key = await arrivals.importBlock(what, aoi);
    expect(key).toMatchObject({ state: 'pending', origin: 'key_block', kcv: bdk.kcv });
  });

  it('[CC-12] is refused for another purpose, another check value, or under a key that is no transport key', async () => {
    const { orders, arrivals } = vault.keys;
    const { id: wrappingKeyId } = await transport('partner2');
    const bdk = await arrivals.generate(bdkFor(randomUUID()), aoi);
    await approved('activate', bdk.id);
    const order = await orders.order({ keyId: bdk.id, operation: 'export', wrappingKeyId }, aoi);
    const keyBlock = (await orders.approve(order.id, ren)).keyBlock!;
    const good = { ...bdkFor(randomUUID()), wrappingKeyId, keyBlock, kcv: bdk.kcv };
    const link = { purpose: 'link-pin', usage: 'P0', tenantId: null, zone: 'jcb' } as const;
    for (const change of [link, { kcv: 'ABCDEF' }, { algorithm: 'AES256' } as const]) {
      await expect(arrivals.importBlock({ ...good, ...change }, aoi)).rejects.toBeInstanceOf(HsmError);
    }
    await expect(arrivals.importBlock({ ...good, wrappingKeyId: bdk.id }, aoi)).rejects.toMatchObject({
      code: 'parameter_invalid',
    });
  });
});

describe('keys of envelopes', { timeout: 30_000 }, () => {
  it('[CC-02] are destroyed on schedule, which inventory and audit prove, and nothing opens their parts any more', async () => {
    const { envelopes, schedule, book } = vault.keys;
    await envelopes.prepare();
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const { envelope } = await vault.open(till.request(1, '4111111111111111'));
    const sad = `envelope-sad-${Math.floor(clock.now().getTime() / 300_000)}`;
    expect(await book.get(sad)).toMatchObject({ purpose: 'envelope', state: 'active' });
    const { opener, close } = await house.folder.opener(clock);
    (await opener.openSad(till.tenantId, envelope.sad!)).wipe();
    clock.advance(20 * 60_000);
    await schedule.round();
    expect((await book.get(sad))?.state).toBe('destroyed');
    expect(await trail(sad)).toEqual(['key_born born system', 'key_shredded destroyed system']);
    await expect(opener.openSad(till.tenantId, envelope.sad!)).rejects.toMatchObject({ reason: 'expired' });
    await expect(vault.hsm.keyInfo(ref(sad))).rejects.toMatchObject({ reason: 'key_unknown' });
    (await opener.openAccount(till.tenantId, envelope.account)).wipe(); // lives until attempt and reversal are final
    close();
  });
});

describe('cryptoperiods', { timeout: 30_000 }, () => {
  it('[CC-13] turns a key decrypt-only at its end, says so, and tells beforehand', async () => {
    const key = await vault.keys.arrivals.generate(bdkFor(randomUUID()), aoi);
    await approved('activate', key.id);
    expect((await vault.keys.schedule.forecast(1100)).map((one) => one.key.id)).toContain(key.id);
    expect((await vault.keys.schedule.forecast(1000)).map((one) => one.key.id)).not.toContain(key.id);
    clock.advance(1090 * DAY_MS);
    await vault.keys.schedule.round();
    expect(vault.lines.join()).toContain('a key will soon pass its cryptoperiod');
    expect((await vault.keys.book.get(key.id))?.state).toBe('active');
    clock.advance(6 * DAY_MS);
    await vault.keys.schedule.round();
    expect((await vault.keys.book.get(key.id))?.state).toBe('decrypt-only');
    expect(vault.lines.join()).toContain('turned decrypt-only');
    expect((await trail(key.id)).slice(-2)).toEqual(['key_cryptoperiod ended system', 'key_state close system']);
    clock.advance(11_000);
    await vault.keys.schedule.round();
    expect((await vault.hsm.keyInfo(ref(key.id))).state).toBe('decrypt-only');
  });
});

describe('start-up', { timeout: 30_000 }, () => {
  it('[CC-16] refuses a published key in production mode', async () => {
    const [a, b] = ['0123456789ABCDEFFEDCBA9876543210', randomBytes(16).toString('hex')];
    const published = Buffer.from(a, 'hex').map((byte, i) => byte ^ Buffer.from(b, 'hex')[i]!);
    const what = { ...bdkFor(randomUUID()), algorithm: 'TDES2', zone: 'tdes-dukpt' } as const;
    const { ceremonyId } = await vault.keys.components.begin(what, b, aoi);
    const { key } = await vault.keys.components.finish(ceremonyId, Buffer.from(published).toString('hex'), ren);
    expect(key?.kcv).toBe('08D7B4');
    const start = () => VaultNode.start(house.database.url('vault'), house.folder.directory, clock, 'production');
    await expect(start()).rejects.toMatchObject({ code: 'test_key_in_production' });
    await approved('destroy', key!.id);
    await (await start()).stop();
  });
});

describe('[CC-31] a base key that is revoked', { timeout: 30_000 }, () => {
  it('stops its own devices within five seconds and nobody else', async () => {
    const [lost, other] = [await Till.enrol(vault, 'AES-DUKPT'), await Till.enrol(vault, 'AES-DUKPT')];
    await vault.open(lost.request(1, '4111111111111111'));
    await approved('revoke', `bdk-${lost.tenantId}-aes-dukpt`);
    clock.advance(5_000);
    await expect(vault.open(lost.request(2, '4111111111111111'))).rejects.toMatchObject({ code: 'card_data_invalid' });
    await vault.open(other.request(1, '4111111111111111'));
  });
});

describe('[CC-32] the inventory', { timeout: 30_000 }, () => {
  it('has every key of the provider, and no key in it has other facts than there', async () => {
    await vault.keys.envelopes.prepare();
    const keys = await vault.keys.book.list(true);
    const living = keys.filter(({ state }) => state !== 'destroyed');
    for (const key of living) {
      const info = await vault.hsm.keyInfo(ref(key.id));
      expect(info).toMatchObject({ usage: key.usage, type: key.algorithm, kcv: key.kcv });
    }
    expect(living.length).toBeGreaterThan(8);
    const { readdir } = await import('node:fs/promises');
    const files = (await readdir(`${house.folder.directory}/keys`)).map((name) => name.replace('.key', ''));
    expect(files.filter((id) => !living.some((key) => key.id === id))).toEqual([]);
  });
});

describe('replacing a custodian', { timeout: 30_000 }, () => {
  const secret = 'the newcomer types this';
  const prove = (name: string, words: string) =>
    vault.keys.custodians.authenticate({ name, kind: 'secret', secret: words }, 'req');

  it('[C11, CC-11] needs two others; the one who left proves nothing any more, and his name is never given again', async () => {
    const { succession } = vault.keys.custodians;
    const { id } = await succession.order({ leaves: 'mio', enters: 'yui', secret }, aoi);
    await expect(succession.approve(id, aoi)).rejects.toMatchObject({ code: 'second_person_required' });
    await expect(prove('yui', secret)).rejects.toMatchObject({ code: 'permission_denied' }); // not before the second signature
    expect(await prove('mio', SECRETS.mio)).toBe('mio');
    expect(await succession.approve(id, ren)).toEqual({ leaves: 'mio', enters: 'yui' });
    expect(await prove('yui', secret)).toBe('yui');
    await expect(prove('mio', SECRETS.mio)).rejects.toMatchObject({ code: 'permission_denied' });
    expect(await vault.keys.custodians.names()).toEqual(['aoi', 'ren', 'yui']);
    expect(await succession.approve(id, ren)).toBeUndefined(); // it is done
    for (const [leaves, enters] of [
      ['mio', 'emi'], // has left
      ['aoi', 'mio'], // was one
      ['aoi', 'ren'], // is one
      ['aoi', 'Not A Name'],
    ] as const) {
      await expect(succession.order({ leaves, enters, secret }, ren)).rejects.toMatchObject({
        code: 'parameter_invalid',
      });
    }
    await expect(succession.order({ leaves: 'aoi', enters: 'emi', secret: 'short' }, ren)).rejects.toMatchObject({
      code: 'parameter_invalid',
    });
  });

  it('approves nothing a day later, and writes down who agreed without the secret', async () => {
    const { succession } = vault.keys.custodians;
    const { id } = await succession.order({ leaves: 'yui', enters: 'emi', secret }, aoi);
    clock.advance(DAY_MS);
    expect(await succession.approve(id, ren)).toBeUndefined();
    const { rows } = await admin.query<{ actor: string; facts: string }>(
      `select actor, facts from vault.audit where operation = 'custodian' and result = 'replaced'`,
    );
    expect(rows).toEqual([{ actor: 'ren', facts: expect.stringContaining('"ordered_by":"aoi"') as string }]);
    const dump = await admin.query<{ text: string }>(
      `select string_agg(o::text, '') as text from vault.custodian_order o`,
    );
    expect(dump.rows[0]!.text).not.toContain(secret);
  });
});
