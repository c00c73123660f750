import { HsmError } from '@tsunagu/hsm';
import type pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { testDatabase } from '../../../../../test/kit/database.js';
import { Till, type VaultNode } from '../vault-test-bench.js';
import { CARDS, VaultHouse } from '../vault-test-house.js';

/** Calls that opening a card may make. */
const CALLS = ['dukptVerifyMac', 'dukptDecrypt', 'generateMac', 'encrypt', 'decrypt', 'translatePin'] as const;
/** What a provider says of each trouble. That it says so, and within two seconds, is in the specs of providers and guard. */
const TROUBLES = {
  'too slow': new HsmError('timeout', 'the HSM did not answer in time'),
  away: new HsmError('unavailable', 'the HSM is not available', { detail: 'gone' }),
  'logged out': new HsmError('unavailable', 'the HSM is not available', { detail: 'logged_out' }),
  'its token folder unreadable': new HsmError('unavailable', 'the HSM is not available', {
    detail: 'folder_unreadable',
  }),
  'its quota used up': new HsmError('unavailable', 'the HSM is not available', { detail: 'quota' }),
} as const;

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

/** Counters that are used up, and cards that were stored. */
async function used({ tenantId }: Till): Promise<{ counters: number; cards: number }> {
  const { rows } = await admin.query<{ counters: number; cards: number }>(
    `select (select count(*)::int from vault.ksn_use where tenant_id = $1) as counters,
       (select count(*)::int from vault.card where tenant_id = $1) as cards`,
    [tenantId],
  );
  return rows[0]!;
}

/** Which calls one card makes, in their order; a data key that is in memory costs none, so it is wiped before. */
async function callsOfACard(till: Till, counter: number): Promise<string[]> {
  vault.doors.dataKeys.wipe(0);
  const made: string[] = [];
  for (const call of CALLS) {
    const real = vault.hsm[call].bind(vault.hsm) as (...args: unknown[]) => Promise<never>;
    vi.spyOn(vault.hsm, call).mockImplementation((...args: unknown[]) => (made.push(call), real(...args)));
  }
  const pinBlock = till.pin(counter, '1234', CARDS[0]);
  await vault.open(till.request(counter, CARDS[0], { card: { pinBlock } }));
  vi.restoreAllMocks();
  return made;
}

/** The HSM fails at the call number `at`, and at all after it. */
function failFrom(at: number, error: HsmError): void {
  let count = 0;
  for (const call of CALLS) {
    const real = vault.hsm[call].bind(vault.hsm) as (...args: unknown[]) => Promise<never>;
    vi.spyOn(vault.hsm, call).mockImplementation((...args: unknown[]) => {
      count += 1;
      return count > at ? Promise.reject(error) : real(...args);
    });
  }
}

describe('an HSM in trouble while a card is opened', { timeout: 60_000 }, () => {
  it.each(Object.entries(TROUBLES))(
    'that is %s: 503 at whichever call it happens, no counter used, and the same card opens once it is back [C10, CC-28]',
    async (_what, error) => {
      const till = await Till.enrol(vault, 'AES-DUKPT');
      await callsOfACard(till, 1); // the first card of a tenant makes its keys, too
      const calls = await callsOfACard(till, 2);
      expect(calls.length).toBeGreaterThan(4); // MAC, fingerprints, data key and its wrapping, PIN, card;
      for (let at = 0; at < calls.length; at += 1) {
        const counter = 3 + at;
        const pinBlock = till.pin(counter, '1234', CARDS[0]);
        const request = till.request(counter, CARDS[0], { card: { pinBlock } });
        const before = await used(till);
        vault.doors.dataKeys.wipe(0);
        failFrom(at, error);
        for (let again = 0; again < 3; again += 1) {
          await expect(vault.open(request), calls[at]).rejects.toMatchObject({
            code: 'card_service_unavailable', // `not_sent`: 503 to the till, who may ask the same again
            category: 'not_sent',
          });
        }
        expect(await used(till), calls[at]).toEqual(before);
        vi.restoreAllMocks();
        const { tokenId } = await vault.open(request);
        expect((await vault.open(request)).tokenId).toBe(tokenId);
        expect((await used(till)).counters).toBe(before.counters + 1);
      }
    },
  );
});
