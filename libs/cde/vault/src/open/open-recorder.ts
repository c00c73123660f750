import { Injectable } from '@nestjs/common';
import type { OpenCardRequest } from '@tsunagu/contracts';
import type { Ksn } from '@tsunagu/hsm';
import { Transactions } from '@tsunagu/platform';
import { AuditLog, type AuditEntry } from '../audit/audit-log.js';
import type { Device } from '../device/device.js';
import { DeviceRegistry } from '../device/device-registry.js';
import { CardRepository, type NewCard } from '../token/card.repository.js';
import { KsnClaimRepository, type ClaimResult, type KsnClaim } from './ksn-claim.repository.js';

/** What a transaction of an open is about. */
export interface OpenSubject {
  readonly request: Pick<OpenCardRequest, 'tenantId' | 'terminalId' | 'requestId'>;
  /** What the audit calls it; left out: `open`. */
  readonly operation?: 'open' | 'add_pin';
  readonly device: Device | undefined;
  readonly ksn: Ksn | undefined;
}

/** The database half of opening a card: one transaction for a yes, one for a no. */
@Injectable()
export class OpenRecorder {
  constructor(
    private readonly transactions: Transactions,
    private readonly claims: KsnClaimRepository,
    private readonly cards: CardRepository,
    private readonly devices: DeviceRegistry,
    private readonly audit: AuditLog,
  ) {}

  /** Claim alone, for a profile whose messages nothing authenticates: decrypting comes after. Repeats are fine. */
  claim(subject: OpenSubject, claim: KsnClaim): Promise<ClaimResult> {
    return this.transactions.run(subject.request, (tx) => this.claims.claim(tx, claim));
  }

  /**
   * Claim, token and audit row commit together or not at all. Two round trips: the first carries begin, claim and token,
   * the second the audit row and the commit.
   * @throws KsnReplayError, KsnStaleError
   */
  async record(subject: OpenSubject, claim: KsnClaim, card: NewCard): Promise<ClaimResult & { tokenId: string }> {
    return this.transactions.run(subject.request, async (tx) => {
      // pipelined on one connection: PostgreSQL runs them in this order, and a refused claim rolls the token back
      const [result, { tokenId }] = await Promise.all([this.claims.claim(tx, claim), this.cards.findOrMake(tx, card)]);
      this.audit.record(tx, { ...entryOf(subject, result.kind), tokenId });
      return { ...result, tokenId };
    });
  }

  /** A refusal leaves its audit row, and a wrong MAC is counted against its device. @returns whether the device got suspended */
  async refuse(subject: OpenSubject, result: string): Promise<boolean> {
    const { device, request } = subject;
    return this.transactions.run(request, async (tx) => {
      // the same statement for every fault: for any other than a wrong MAC it finds no row
      const isSuspended = await this.devices.countBadMac(tx, result === 'mac' ? device : undefined);
      this.audit.record(tx, entryOf(subject, isSuspended ? 'mac_device_suspended' : result));
      return isSuspended;
    });
  }
}

function entryOf({ request, operation = 'open', device, ksn }: OpenSubject, result: string): AuditEntry {
  const { tenantId, terminalId, requestId } = request;
  const whose = { deviceId: device?.id, initialKeyId: ksn?.initialKeyId, counter: ksn?.counter };
  return { tenantId, operation, result, requestId, terminalId, ...whose };
}
