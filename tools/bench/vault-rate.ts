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
import { round } from './percentile.js';
import { openPlainly } from './vault-floor.js';

const PROFILE = DUKPT_PROFILES['aes128-cbc-cmac-tlv'];
const BDK = Buffer.from('FEDCBA9876543210F1F1F1F1F1F1F1F1', 'hex');
const IKID = '1234567890123456';
const PLAIN = Buffer.from('57134111111111111111D29081011235285492365F5A0841111111111111115F24032908315F340101', 'hex');
/** Cards in the sample: a device in its first thousands of transactions, seven one-bits in a counter. More than the provider keeps keys of. */
const SAMPLE = 2048;
const FIRST_COUNTER = 6_000;
const WARM_UP_TURNS = 2;
const TURNS = 12;

/** One way of opening the whole sample. */
type Turn = () => Promise<void> | void;

/**
 * Card-data decryptions per second of processor time: the code that the vault runs (shape, MAC, decrypt, parse, wipe, over the guarded
 * software provider) and the plain node:crypto floor, taking turns in one process.
 */
export async function measureVault(): Promise<Record<string, number>> {
  const provider = await softwareProvider();
  try {
    const key = await provider.load({ bytes: BDK, usage: 'B0', type: 'AES128', scope: 'bdk' });
    const cards = sample();
    const reader = new PayloadReader(new GuardedHsm(provider.vault), PROFILE);
    const ours: Turn = () => openAll(reader, key, cards);
    const floor: Turn = () => cards.forEach((card) => openPlainly(BDK, card));
    const spent = await takeTurns([ours, floor]);
    const [oursRate, floorRate] = spent.map((micros) => (SAMPLE * TURNS * 1_000_000) / micros) as [number, number];
    return {
      decryptions_per_cpu_second: Math.round(oursRate),
      floor_per_cpu_second: Math.round(floorRate),
      ratio: round(oursRate / floorRate),
      budget: 0.8,
      derivations_per_card: round(cards.reduce((sum, { ksn }) => sum + ones(ksn), 0) / cards.length + 3),
    };
  } finally {
    await provider.close();
  }
}

function sample(): TerminalPayload[] {
  const terminal = new TerminalDukpt(PROFILE, aesInitialKey(BDK, IKID), IKID);
  return Array.from({ length: SAMPLE }, (_, i) => terminal.encryptCard(FIRST_COUNTER + i, PLAIN));
}

async function openAll(reader: PayloadReader, key: KeyRef, cards: readonly TerminalPayload[]): Promise<void> {
  for (const card of cards) {
    const payload = reader.shape(card);
    if (payload === undefined || !(await reader.verify(key, payload))) throw new Error('the sample is wrong');
    (await reader.read(key, payload)).wipe();
  }
}

/** Short turns, one after the other: what else the machine does hits all of them alike. @returns microseconds of processor time */
async function takeTurns(turns: readonly Turn[]): Promise<number[]> {
  const spent = turns.map(() => 0);
  for (let pass = -WARM_UP_TURNS; pass < TURNS; pass += 1) {
    for (const [index, turn] of turns.entries()) {
      const before = process.cpuUsage();
      await turn();
      const { user, system } = process.cpuUsage(before);
      if (pass >= 0) spent[index]! += user + system;
    }
  }
  return spent;
}

function ones(ksn: string): number {
  return parseInt(ksn.slice(16), 16).toString(2).replaceAll('0', '').length;
}
