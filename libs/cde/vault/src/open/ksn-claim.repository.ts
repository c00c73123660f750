import { Injectable } from '@nestjs/common';
import type { Ksn } from '@tsunagu/hsm';
import { invariant } from '@tsunagu/kernel';
import { sql, type Tx } from '@tsunagu/platform';
import type { KeyedFingerprint } from '../keys/fingerprints.js';
import { KsnReplayError, KsnStaleError } from '../vault-errors.js';

/** One use of a KSN: which ciphertext, for which purchase. */
export interface KsnClaim {
  readonly ksn: Ksn;
  readonly cipherFingerprint: KeyedFingerprint;
  readonly intent: string;
  /** How many usable counters a late message may lie behind the newest. */
  readonly replayWindow: number;
  readonly at: Date;
}

/** `repeated`: the same ciphertext for the same purchase, as a till sends after a crash. */
export interface ClaimResult {
  readonly kind: 'claimed' | 'repeated';
  /** Usable counters between this one and the newest before it; 0 for a repeat or a late message. */
  readonly jump: number;
}

/**
 * Counter and claim in one statement. The counter's row is locked first, so two processes with one KSN come one after the
 * other; the unique key decides. A message behind the window inserts nothing.
 */
const CLAIM = sql(
  'vault_ksn_claim',
  `with before as (select highest_rank from vault.device_counter where tenant_id = $1 and initial_key_id = $2),
   counter as (
     insert into vault.device_counter as c (tenant_id, initial_key_id, highest_counter, highest_rank, updated_at)
     values ($1, $2, $3, $4, $7)
     on conflict (tenant_id, initial_key_id) do update
       set highest_counter = greatest(c.highest_counter, excluded.highest_counter),
           highest_rank = greatest(c.highest_rank, excluded.highest_rank), updated_at = excluded.updated_at
     returning highest_rank),
   claim as (
     insert into vault.ksn_use (tenant_id, initial_key_id, counter, cipher_fingerprint, intent, used_at)
     select $1, $2, $3, $5, $6, $7 from counter where $4::bigint > counter.highest_rank - $8::bigint
     on conflict (tenant_id, initial_key_id, counter) do nothing returning counter)
   select exists (select from claim) as claimed, greatest(0, $4::bigint - coalesce((select highest_rank from before), 0)) as jump
   from counter`,
);
const USED = sql(
  'vault_ksn_used',
  'select cipher_fingerprint, intent from vault.ksn_use where tenant_id = $1 and initial_key_id = $2 and counter = $3',
);

/** Replay protection. @source ANSI X9.24-1, card-crypto.md §5 */
@Injectable()
export class KsnClaimRepository {
  /**
   * Claim a KSN for one purchase.
   * @throws KsnReplayError used for anything else; KsnStaleError never seen, and behind the window
   */
  async claim(tx: Tx, claim: KsnClaim): Promise<ClaimResult> {
    const { ksn, cipherFingerprint, intent, at, replayWindow } = claim;
    const key = [tx.tenantId, ksn.initialKeyId, ksn.counter];
    const values = [...key, ksn.rank, cipherFingerprint.value, intent, at, replayWindow];
    const [row] = await tx.query<{ claimed: boolean; jump: string }>(CLAIM, values);
    invariant(row !== undefined, 'a claim has an answer');
    if (row.claimed) return { kind: 'claimed', jump: Number(row.jump) };
    const [used] = await tx.query<{ cipher_fingerprint: Buffer; intent: string }>(USED, key);
    if (used === undefined) throw new KsnStaleError();
    if (used.intent !== intent || !isSame(cipherFingerprint, used.cipher_fingerprint)) throw new KsnReplayError();
    return { kind: 'repeated', jump: 0 };
  }
}

/** The claim may have been written under the key before. */
function isSame({ value, others }: KeyedFingerprint, stored: Buffer): boolean {
  return [value, ...others].some((one) => one.equals(stored));
}
