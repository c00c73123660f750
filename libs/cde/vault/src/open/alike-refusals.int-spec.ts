import { HsmError, PayloadReader, TerminalDukpt } from '@tsunagu/hsm';
import type { OpenCardRequest } from '@tsunagu/contracts';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../../../../../test/kit/database.js';
import { Till, type VaultNode } from '../vault-test-bench.js';
import { VaultHouse } from '../vault-test-house.js';

const VISA = '4111111111111111';
/** Every way into the provider that a card may take. */
const CALLS = [
  'dukptVerifyMac',
  'dukptDecrypt',
  'generateMac',
  'translatePin',
  'encrypt',
  'decrypt',
  'verifyMac',
] as const;
let house: VaultHouse;
let vault: VaultNode;
let admin: pg.Client;

beforeAll(async () => {
  house = await VaultHouse.open(await testDatabase());
  [vault] = house.nodes;
  ({ admin } = house);
}, 60_000);
afterEach(() => void vi.restoreAllMocks());
afterAll(() => house.close());

interface Cost {
  readonly hsm: string[];
  readonly statements: number;
  readonly commits: number;
  readonly text: string;
}

/** What a refusal costs with nothing remembered: calls to the HSM in their order, statements, commits, and every word of its answer. */
async function costOf(request: OpenCardRequest): Promise<Cost> {
  vault.clock.advance(5_001);
  const hsm: string[] = [];
  const spies = CALLS.map((name) => {
    const real = vault.hsm[name].bind(vault.hsm) as (...args: unknown[]) => Promise<never>;
    return vi.spyOn(vault.hsm, name).mockImplementation((...args: unknown[]) => (hsm.push(name), real(...args)));
  });
  const before = { ...vault.pool.counts };
  const error = await vault.open(request).then(
    () => undefined,
    (one: unknown) => one as { code: string; category: string; message: string },
  );
  for (const spy of spies) spy.mockRestore();
  return {
    hsm,
    statements: vault.pool.counts.statements - before.statements,
    commits: vault.pool.counts.commits - before.commits,
    text: JSON.stringify([error?.code, error?.category, error?.message]),
  };
}

/** A genuine message of this reader whose content ends in a padding that no reader writes. */
function badPadding(till: Till, counter: number): OpenCardRequest {
  const { initialKey, initialKeyId } = till.device;
  const reader = new TerminalDukpt({ ...till.profile, padding: 'NONE' }, Buffer.from(initialKey, 'hex'), initialKeyId);
  const { nextCounter: _next, ...sent } = reader.encryptCard(counter, Buffer.alloc(48, 0x7f));
  return till.request(counter, VISA, { card: sent });
}

async function faults(): Promise<Record<string, OpenCardRequest>> {
  const tills = await Promise.all(Array.from({ length: 6 }, () => Till.enrol(vault, 'AES-DUKPT')));
  const [mac, altered, padding, stranger, blocked, revoked] = tills as [Till, Till, Till, Till, Till, Till];
  await admin.query(`update vault.device set state = 'suspended' where tenant_id = $1`, [blocked.tenantId]);
  await vault.hsm.destroyKey({ provider: 'software', id: `bdk-${revoked.tenantId}-aes-dukpt` });
  const good = altered.request(1, VISA);
  const flipped = (Number.parseInt(good.card.ciphertext[0]!, 16) ^ 1).toString(16) + good.card.ciphertext.slice(1);
  return {
    'a wrong MAC': mac.request(1, VISA, { card: { mac: '00'.repeat(16) } }),
    'a changed cipher text': { ...good, card: { ...good.card, ciphertext: flipped } },
    'a wrong padding': badPadding(padding, 1),
    'an unknown reader': { ...stranger.request(1, VISA), terminalId: mac.terminalId },
    'a blocked reader': blocked.request(1, VISA),
    'an unknown key': revoked.request(1, VISA),
    'a shape of another reader': mac.request(2, VISA, { card: { iv: undefined } }),
  };
}

describe('refusals of cards', { timeout: 30_000 }, () => {
  it('cannot be told apart by text, by calls to the HSM or by statements [C8, CC-18]', async () => {
    const costs = new Map<string, Cost>();
    for (const [name, request] of Object.entries(await faults())) costs.set(name, await costOf(request));
    const [first] = costs.values();
    expect(first!.text).toContain('card_data_invalid');
    for (const [name, { hsm, ...rest }] of costs) {
      expect({ ...rest, calls: hsm.length }, name).toEqual({
        text: first!.text,
        statements: first!.statements,
        commits: first!.commits,
        calls: first!.hsm.length,
      });
    }
  });

  it('decrypt nothing whose MAC is wrong [CC-18]', async () => {
    const all = await faults();
    for (const name of ['a wrong MAC', 'a changed cipher text']) {
      const { hsm } = await costOf(all[name]!);
      expect(hsm[0], name).toBe('dukptVerifyMac');
      expect(hsm, name).not.toContain('dukptDecrypt');
    }
    expect((await costOf(all['a wrong padding']!)).hsm).toContain('dukptDecrypt');
  });
});

describe('clear card data from an encrypting reader', { timeout: 30_000 }, () => {
  it.each<[string, (till: Till) => OpenCardRequest]>([
    ['the number in a tag', (till) => till.request(1, VISA, { card: { emv: `5A08${VISA}` } })],
    ['track 2 in a tag', (till) => till.request(1, VISA, { card: { emv: `5712${VISA}D29081010000000000` } })],
    [
      'a payload that was never encrypted',
      (till) =>
        till.request(1, VISA, {
          card: { ciphertext: Buffer.from(`${VISA}=29081010000000000000000000000`).toString('hex') },
        }),
    ],
  ])('is refused, stored nowhere and reported: %s [CC-20]', async (_what, make) => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const page = async () => (await vault.metrics.page()).text;
    const refusals = async () =>
      [
        ...(await page()).matchAll(
          /^tsunagu_vault_opens_total\{result="(clear_card_data|mac|payload_shape)"\} (\d+)/gm,
        ),
      ].reduce((sum, [, , count]) => sum + Number(count), 0);
    const before = await refusals();
    await expect(vault.open(make(till))).rejects.toMatchObject({ code: 'card_data_invalid' });
    expect(await refusals()).toBe(before + 1);
    expect(vault.lines.join('\n')).toMatch(/clear_card_data|clear card data|"result":"(mac|payload_shape)"/);
    expect(vault.lines.join('\n')).not.toContain(VISA);
    const { rows: tables } = await admin.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'vault'`,
    );
    for (const { name } of tables) {
      const { rows } = await admin.query(
        `select t::text as line from ${name} t where t::text like $1 or t::text like $2`,
        [`%${VISA}%`, `%${Buffer.from(VISA).toString('hex')}%`],
      );
      expect(rows, name).toEqual([]);
    }
  });
});

describe('an HSM that goes away', { timeout: 30_000 }, () => {
  const gone = () => new HsmError('unavailable', 'the HSM cannot be used now');
  const claims = async (till: Till): Promise<string[]> =>
    (
      await admin.query<{ intent: string }>('select intent from vault.ksn_use where tenant_id = $1', [till.tenantId])
    ).rows.map(({ intent }) => intent);

  it('between claim and decryption, for a reader whose messages nothing authenticates: the claim holds for its purchase alone [CC-28]', async () => {
    const till = await Till.enrol(vault, 'TDES-DUKPT');
    vi.spyOn(PayloadReader.prototype, 'isAuthenticated', 'get').mockReturnValue(false); // as with a profile without MAC: claimed first
    const request = till.request(1, VISA);
    const decrypt = vi.spyOn(vault.hsm, 'dukptDecrypt').mockRejectedValue(gone() as never);
    await expect(vault.open(request)).rejects.toMatchObject({ code: 'card_service_unavailable' });
    expect(await claims(till)).toEqual(['purchase-1']);
    decrypt.mockRestore();
    await expect(vault.open({ ...request, intent: 'another' })).rejects.toMatchObject({ code: 'ksn_replay' });
    const { tokenId } = await vault.open(request);
    expect((await vault.open(request)).tokenId).toBe(tokenId);
    expect(await claims(till)).toEqual(['purchase-1']);
  });

  it('while refusals are evened out: nobody learns which readers exist [C8]', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    for (const call of CALLS) vi.spyOn(vault.hsm, call).mockRejectedValue(gone() as never);
    const code = { code: 'card_service_unavailable' };
    await expect(vault.open(till.request(1, VISA))).rejects.toMatchObject(code);
    const unknown = { ...till.request(1, VISA), terminalId: till.tenantId };
    await expect(vault.open(unknown)).rejects.toMatchObject(code);
  });
});
