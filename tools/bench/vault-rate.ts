import { randomBytes, randomInt } from 'node:crypto';
import { GuardedHsm } from '@tsunagu/hsm';
import {
  DUKPT_PROFILES,
  PayloadReader,
  TerminalDukpt,
  aesInitialKey,
  type KeyRef,
  type TerminalPayload,
} from '@tsunagu/hsm/primitives';
import { softwareProvider } from '../conformance/software-provider.js';
import { cleanHeap } from './clean-heap.js';
import { round } from './percentile.js';
import { openPlainly } from './vault-floor.js';

const PROFILE = DUKPT_PROFILES['aes128-cbc-cmac-tlv'];
const BDK = Buffer.from('FEDCBA9876543210F1F1F1F1F1F1F1F1', 'hex');
const BDK_ID = '12345678';
const PLAIN = Buffer.from('57134111111111111111D29081011235285492365F5A0841111111111111115F24032908315F340101', 'hex');
/** Cards in the sample, each of another device: more than the provider keeps keys of, and no two share a step of the chain. */
const SAMPLE = 2048;
/** Devices in their first thousands of transactions: seven one-bits in a counter. */
const COUNTER_END = 16_384;
const WARM_UP_TURNS = 2;
const TURNS = 12;

/** One way of opening the whole sample. */
type Turn = () => Promise<void> | void;

/**
 * Card-data decryptions per second of processor time: the code that the vault runs (shape, MAC, decrypt, parse, wipe, over the
 * software provider, bare and behind its guard) and the plain node:crypto floor, taking turns in one process.
 */
export async function measureVault(): Promise<Record<string, number>> {
  const provider = await softwareProvider();
  try {
    const key = await provider.load({ bytes: BDK, usage: 'B0', type: 'AES128', scope: 'bdk' });
    const cards = sample();
    const reader = new PayloadReader(provider.vault, PROFILE);
    const guarded = new PayloadReader(new GuardedHsm(provider.vault), PROFILE);
    const floor: Turn = () => cards.forEach((card) => openPlainly(BDK, card));
    const rates = await takeTurns([() => openAll(reader, key, cards), floor, () => openAll(guarded, key, cards)]);
    const [ours, plain, whole] = rates as [number, number, number];
    return {
      decryptions_per_cpu_second: Math.round(ours),
      floor_per_cpu_second: Math.round(plain),
      ratio: round(ours / plain),
      budget: 0.8,
      ratio_behind_the_guard: round(whole / plain),
      derivations_per_card: round(cards.reduce((sum, { ksn }) => sum + ones(ksn), 0) / cards.length + 3),
    };
  } finally {
    await provider.close();
  }
}

/** Random key serial numbers: nothing of one card helps with the next, on either side. */
function sample(): TerminalPayload[] {
  return Array.from({ length: SAMPLE }, () => {
    const ikid = BDK_ID + randomBytes(4).toString('hex').toUpperCase();
    return new TerminalDukpt(PROFILE, aesInitialKey(BDK, ikid), ikid).encryptCard(randomInt(1, COUNTER_END), PLAIN);
  });
}

async function openAll(reader: PayloadReader, key: KeyRef, cards: readonly TerminalPayload[]): Promise<void> {
  for (const card of cards) {
    const payload = reader.shape(card);
    if (payload === undefined || !(await reader.verify(key, payload))) throw new Error('the sample is wrong');
    (await reader.read(key, payload)).wipe();
  }
}

/** Short turns, one after the other: what else the machine does hits all of them alike. @returns cards per second of processor time, of the quieter half of the turns */
async function takeTurns(turns: readonly Turn[]): Promise<number[]> {
  const spent: number[][] = turns.map(() => []);
  for (let pass = -WARM_UP_TURNS; pass < TURNS; pass += 1) {
    for (const [index, turn] of turns.entries()) {
      cleanHeap();
      const before = process.cpuUsage();
      await turn();
      const { user, system } = process.cpuUsage(before);
      if (pass >= 0) spent[index]!.push(user + system);
    }
  }
  return spent.map((micros) => (SAMPLE * 1_000_000) / quietMean(micros));
}

/** A machine at work slows some turns down; the quieter half says what the code costs. */
export function quietMean(micros: readonly number[]): number {
  const half = [...micros].sort((a, b) => a - b).slice(0, Math.ceil(micros.length / 2));
  return half.reduce((sum, each) => sum + each, 0) / half.length;
}

function ones(ksn: string): number {
  return parseInt(ksn.slice(16), 16).toString(2).replaceAll('0', '').length;
}
