import { Injectable } from '@nestjs/common';
import { HsmProvider } from '@tsunagu/hsm';
import { Clock, invariant } from '@tsunagu/kernel';
import type { KeyRecord } from '../inventory/key-record.js';
import { KeyRing } from '../inventory/key-ring.js';

/**
 * How long after its activation a new key of the index is only looked up with. Every vault knows it by then (two seconds), and every
 * request that began before has ended: from now on all of them meet at one lock, whichever key they write with.
 */
export const INDEX_LEAD_MS = 15_000;

/** A fingerprint under the key that writes now, and under each other key that may have written before. */
export interface KeyedFingerprint {
  readonly value: Buffer;
  /** Version of the key of `value`. */
  readonly version: number;
  /** The same value under the other keys; empty while there is one key. */
  readonly others: readonly Buffer[];
  /** What makers of a token for this card wait for while there are two keys: the fingerprint under the last key but one. */
  readonly lock: Buffer | null;
}

/**
 * Keyed fingerprints, computed in the HSM: equal for equal values of one tenant, useless to anybody without the key, and
 * different between tenants. A plain hash of a PAN would be its PAN. While its key changes a value has two of them.
 * @source PCI DSS v4.0.1 requirement 3.5.1.1
 */
@Injectable()
export class Fingerprints {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly ring: KeyRing,
    private readonly clock: Clock,
  ) {}

  ofPan(tenantId: string, pan: Buffer): Promise<KeyedFingerprint> {
    return this.#of(`pan|${tenantId}|`, pan);
  }

  ofCipher(tenantId: string, cipher: Buffer): Promise<KeyedFingerprint> {
    return this.#of(`cipher|${tenantId}|`, cipher);
  }

  /** The key that writes now. */
  get writing(): KeyRecord {
    return this.#keys()[0]!;
  }

  async #of(domain: string, value: Buffer): Promise<KeyedFingerprint> {
    const data = Buffer.concat([Buffer.from(domain), value]);
    const keys = this.#keys();
    try {
      const macs = await Promise.all(
        keys.map(({ provider, id }) => this.hsm.generateMac({ key: { provider, id }, alg: 'HMAC-SHA256', data })),
      );
      const [mine, ...others] = macs;
      return { value: mine!, version: keys[0]!.version, others, lock: lockOf(keys, macs) };
    } finally {
      data.fill(0);
    }
  }

  /** The key that writes first, then the others. */
  #keys(): KeyRecord[] {
    const known = this.ring.of('pan-index');
    const active = known.find(({ state }) => state === 'active');
    invariant(active !== undefined, 'the index has an active key');
    const before = known.find(({ version }) => version < active.version);
    const isLeading = this.clock.now().getTime() < active.validFrom!.getTime() + INDEX_LEAD_MS;
    const writing = isLeading && before !== undefined ? before : active;
    return [writing, ...known.filter(({ version }) => version !== writing.version)];
  }
}

function lockOf(keys: readonly KeyRecord[], macs: readonly Buffer[]): Buffer | null {
  const lastButOne = keys.map(({ version }) => version).sort((a, b) => b - a)[1];
  return lastButOne === undefined ? null : macs[keys.findIndex(({ version }) => version === lastButOne)]!;
}
