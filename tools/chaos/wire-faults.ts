import { faultMix } from './disturber.js';

/** Trouble of all kinds for a share of the messages, drawn by the panel from the seed. */
export interface WireStorm {
  readonly seed: number;
  readonly share: number;
  readonly delayMs: number;
  readonly lateMs: number;
}

/** One rule of the fault panel. */
export interface WireFault {
  /** Name of a link, or `*` for all. */
  readonly link: string;
  readonly kind: string;
  readonly probability: number;
  readonly delayMs?: number;
}

/** Tell the fault panel of the issuers what to do. @throws Error the panel refuses */
export async function setWireFaults(panel: string, storm: WireStorm): Promise<void> {
  const delays: Record<string, number> = { delay: storm.delayMs, late: storm.lateMs };
  const faults = Object.entries(faultMix(storm.share)).map(([kind, probability]) => ({
    link: '*',
    kind,
    probability,
    ...(delays[kind] === undefined ? {} : { delayMs: delays[kind] }),
  }));
  await putFaults(panel, { seed: storm.seed, faults });
}

/** A clean wire from now on. @returns how many messages met trouble */
export async function stopWireFaults(panel: string): Promise<number> {
  const state = (await (await fetch(panel)).json()) as { injected: Record<string, number> };
  await putFaults(panel, { faults: [] });
  return Object.values(state.injected).reduce((sum, count) => sum + count, 0);
}

/** Replace all rules of the panel. @throws Error the panel refuses */
export async function putFaults(
  panel: string,
  body: { readonly seed?: number; readonly faults: readonly WireFault[] },
): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(panel, { method: 'PUT', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`the fault panel answered ${response.status}: ${await response.text()}`);
}
