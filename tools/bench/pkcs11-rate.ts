import { randomBytes, randomInt } from 'node:crypto';
import { DUKPT_PROFILES, SoftToken, TerminalDukpt, aesInitialKey, softTokenLack } from '@tsunagu/hsm/primitives';
import { cleanHeap } from './clean-heap.js';
import { round } from './percentile.js';
import { quietMean } from './vault-rate.js';
import { openRaw, type RawCard, type RawToken } from './pkcs11-floor.js';

const BDK = Buffer.from('FEDCBA9876543210F1F1F1F1F1F1F1F1', 'hex');
const BDK_ID = '12345678';
const SAMPLE = 128;
/** Seven one-bits on average: devices in their first thousands of transactions. */
const COUNTER_END = 16_384;
const TURNS = 12;
/** Requests under way: as many as the provider has sessions. */
const LANES = 4;

/**
 * Cards opened (MAC checked, data decrypted) per second of processor time through the PKCS#11 provider and through raw Cryptoki calls, taking turns
 * in one process on one SoftHSM2 token.
 * @returns what is missing, where it cannot be measured
 */
export async function measurePkcs11(): Promise<Record<string, number | string>> {
  const lack = await softTokenLack();
  if (lack !== undefined) return { not_measured: lack };
  const token = await SoftToken.make('bench');
  const hsm = await token.open({ sessions: LANES });
  try {
    await token.plant({ id: 'bdk-bench', usage: 'B0', type: 'AES128', scope: 'bdk' }, BDK);
    const cards = sample();
    const raw = await Promise.all(Array.from({ length: LANES }, () => token.raw('bdk-bench')));
    const bdk = { provider: 'pkcs11', id: 'bdk-bench' };
    const ours = async ({ ksn, iv, cipher, covered: data, mac }: RawCard): Promise<number> => {
      const dukpt = { scheme: 'AES-DUKPT', bdk, ksn, keyType: 'AES128', variant: 'request' } as const;
      if (!(await hsm.dukptVerifyMac(dukpt, { alg: 'AES-CMAC-16', data, mac }))) throw new Error('the sample is wrong');
      return (await hsm.dukptDecrypt(dukpt, { mode: 'CBC', iv, cipher })).length;
    };
    const rates = await takeTurns(cards, [(card) => ours(card), (card, lane) => openRaw(raw[lane] as RawToken, card)]);
    const [provider, floor] = rates as [number, number];
    return {
      decryptions_per_cpu_second: Math.round(provider),
      raw_calls_per_cpu_second: Math.round(floor),
      ratio: round(provider / floor),
      budget: 0.8,
    };
  } finally {
    hsm.close();
    await token.remove();
  }
}

/** Random key serial numbers: nothing of one card helps with the next, on either side. */
function sample(): RawCard[] {
  const plain = Buffer.from('57134111111111111111D29081011235285492365F', 'hex');
  return Array.from({ length: SAMPLE }, () => {
    const ikid = BDK_ID + randomBytes(4).toString('hex').toUpperCase();
    const terminal = new TerminalDukpt(DUKPT_PROFILES['aes128-cbc-cmac-tlv'], aesInitialKey(BDK, ikid), ikid);
    const sent = terminal.encryptCard(randomInt(1, COUNTER_END), plain);
    const [iv, cipher, mac] = [sent.iv!, sent.ciphertext, sent.mac!].map((hex) => Buffer.from(hex, 'hex')) as [
      Buffer,
      Buffer,
      Buffer,
    ];
    return { ksn: sent.ksn, iv, cipher, mac, covered: Buffer.concat([Buffer.from(sent.ksn, 'hex'), iv, cipher]) };
  });
}

/** Each way opens the whole sample in turn; the first round warms up. @returns cards per CPU second */
async function takeTurns(
  cards: readonly RawCard[],
  ways: readonly ((card: RawCard, lane: number) => Promise<number>)[],
): Promise<number[]> {
  const spentUs: number[][] = ways.map(() => []);
  for (let turn = 0; turn <= TURNS; turn += 1) {
    for (const [index, way] of ways.entries()) {
      cleanHeap();
      const before = process.cpuUsage();
      await Promise.all(Array.from({ length: LANES }, (_, lane) => openShare(cards, lane, way)));
      const { user, system } = process.cpuUsage(before);
      if (turn > 0) spentUs[index]!.push(user + system);
    }
  }
  return spentUs.map((us) => (cards.length * 1e6) / quietMean(us));
}

async function openShare(
  cards: readonly RawCard[],
  lane: number,
  way: (card: RawCard, lane: number) => Promise<number>,
): Promise<void> {
  for (let at = lane; at < cards.length; at += LANES) {
    const card = cards[at]!;
    if ((await way(card, lane)) !== card.cipher.length) throw new RangeError('a decryption went wrong');
  }
}
