import type { IsoMessage } from '@tsunagu/iso8583';
import type { FaultHit } from '../faults/fault-panel.js';
import type { Delivery } from './magic-amount.js';

/** How long the late answers take, milliseconds. */
export interface HostTimings {
  /** Magic amount 901: still inside the acquirer's reply timer. */
  readonly lateYesMs: number;
  /** Magic amount 903 and the fault `late`: after the acquirer has given up. */
  readonly afterTimeoutMs: number;
}

/** How an answer that is already booked goes out. */
export interface Transmission {
  readonly way: Delivery;
  readonly delayMs: number;
  readonly alter?: (answer: IsoMessage) => IsoMessage;
}

/** How long a fault holds an answer when its rule does not say. */
export const FAULT_DELAY_MS = 1_000;
const STAN_MODULUS = 1_000_000;

/** Ways of faults whose name is not the way's own. */
const WAY_OF_FAULT: Readonly<Record<string, Delivery | undefined>> = {
  drop: 'lost',
  lose_reply: 'lost',
  duplicate: 'duplicate',
  garbage: 'garbage',
  reset: 'reset',
  cut: 'cut',
  trickle: 'trickle',
  out_of_order: 'out_of_order',
  tls_failure: 'break_tls',
};

/** What becomes of an answer: a fault of the panel goes before the magic amount. */
export function transmissionOf(way: Delivery, hit: FaultHit | undefined, timings: HostTimings): Transmission {
  if (hit === undefined) return { way, delayMs: waitOf(way, timings) };
  switch (hit.kind) {
    case 'delay':
      return { way, delayMs: hit.delayMs ?? FAULT_DELAY_MS };
    case 'late':
      return { way, delayMs: hit.delayMs ?? timings.afterTimeoutMs };
    case 'wrong_stan':
      return { way, delayMs: waitOf(way, timings), alter: withWrongStan };
    case 'wrong_amount':
      return { way, delayMs: waitOf(way, timings), alter: withWrongAmount };
    case 'issuer_script':
      return { way, delayMs: waitOf(way, timings), alter: withIssuerScript };
    default:
      return { way: WAY_OF_FAULT[hit.kind] ?? way, delayMs: 0 };
  }
}

function waitOf(way: Delivery, timings: HostTimings): number {
  if (way === 'late_yes') return timings.lateYesMs;
  return way === 'after_timeout' ? timings.afterTimeoutMs : 0;
}

/** Half the numbers away: the answer belongs to no request that is likely to live. */
function withWrongStan(answer: IsoMessage): IsoMessage {
  const wrong = (Number(answer.text(11) ?? 0) + STAN_MODULUS / 2) % STAN_MODULUS;
  return answer.set(11, String(wrong).padStart(6, '0'));
}

/** Response code, and a script before and one after the second cryptogram: card unblock, PIN change. Their MACs are invented. */
const ISSUER_SCRIPTS = Buffer.from(
  '8A023030' + '71129F1804000000018609841E000004A1B2C3D4' + '72129F180400000002860984240000040A0B0C0D',
  'hex',
);

function withIssuerScript(answer: IsoMessage): IsoMessage {
  const chip = answer.bytes(55);
  return chip === undefined ? answer : answer.set(55, Buffer.concat([chip, ISSUER_SCRIPTS]));
}

function withWrongAmount(answer: IsoMessage): IsoMessage {
  const amount = answer.text(4);
  return amount === undefined ? answer : answer.set(4, String(Number(amount) + 1).padStart(12, '0'));
}
