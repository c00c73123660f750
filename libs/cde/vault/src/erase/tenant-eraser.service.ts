import { Injectable } from '@nestjs/common';
import { Clock, InvariantError, toWireId } from '@tsunagu/kernel';
import { AuditLog } from '../audit/audit-log.js';
import { KeyInventory, type KeyActor } from '../inventory/key-inventory.service.js';
import { KeyBook } from '../inventory/key-book.repository.js';
import { DATA_KEY_CACHE_MS, TenantDataKeys } from '../token/tenant-data-keys.js';
import { CERTIFICATE_FORM, KEPT_RECORDS, type ErasureCertificate, type ErasureStatement } from './certificate.js';
import { CertificateSigner } from './certificate-signer.js';
import { ErasureRepository, type Erasure, type TenantKeyLine } from './erasure.repository.js';

const SLICE = 5_000;
const BACKUPS =
  'Card numbers in backups are unreadable: the key that wraps their data keys was destroyed. Keyed fingerprints, BIN and last four digits in backups end with the retention of the backups.';

/** What an erasure changes, and what proves it. */
@Injectable()
export class ErasureHands {
  constructor(
    readonly inventory: KeyInventory,
    readonly book: KeyBook,
    readonly dataKeys: TenantDataKeys,
    readonly signer: CertificateSigner,
  ) {}
}

/**
 * Ends a tenant: its keys are destroyed in the HSM, first the one that all stored cards hang on, then its rows go, and a signed
 * certificate says so. Every step may be repeated: an erasure that was interrupted goes on where it was.
 */
@Injectable()
export class TenantEraser {
  constructor(
    private readonly erasures: ErasureRepository,
    private readonly hands: ErasureHands,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** Erasures that were approved and not finished. @throws HsmError, DatabaseError */
  async resume(): Promise<void> {
    for (const tenantId of await this.erasures.open()) await this.erase(tenantId);
  }

  /** @returns the certificate; the stored one when the tenant is erased already. @throws HsmError, DatabaseError: repeat it */
  async erase(tenantId: string): Promise<ErasureCertificate> {
    const begun = await this.#get(tenantId);
    if (begun.certificate !== null) return JSON.parse(begun.certificate) as ErasureCertificate;
    await this.#shred(tenantId, { by: begun.approvedBy, requestId: 'erasure' });
    await this.erasures.retireDevices(tenantId);
    while (await this.erasures.eraseSlice(tenantId, SLICE));
    const certificate = await this.hands.signer.sign(await this.#statement(tenantId));
    await this.hands.book.run(async (tx) => {
      const { statement } = certificate;
      const text = JSON.stringify(certificate);
      if (!(await this.erasures.prove(tx, tenantId, new Date(statement.erased_at), text))) return;
      const facts = { tenant: tenantId, cards: statement.erased.cards, keys: statement.destroyed_keys.length };
      const who = { actor: begun.approvedBy, requestId: 'erasure' };
      this.audit.record(tx, { tenantId: tx.tenantId, operation: 'tenant_erasure', result: 'erased', ...who, facts });
    });
    const proved = await this.#get(tenantId); // another vault may have been first: its certificate is the one
    if (proved.certificate === null) throw new InvariantError('an erasure ends with its certificate');
    return JSON.parse(proved.certificate) as ErasureCertificate;
  }

  async #shred(tenantId: string, actor: KeyActor): Promise<void> {
    for (const key of await this.erasures.keys(tenantId)) await this.#destroy(key, actor);
    this.hands.dataKeys.forget(tenantId);
  }

  async #destroy({ id, state }: TenantKeyLine, actor: KeyActor): Promise<void> {
    const { inventory } = this.hands;
    if (state === 'destroyed') return;
    if (state === 'active' || state === 'decrypt-only') await inventory.move(id, 'revoke', actor);
    await inventory.move(id, 'destroy', actor);
  }

  async #statement(tenantId: string): Promise<ErasureStatement> {
    const { cards, dataKeys, orderedBy, approvedBy, approvedAt } = await this.#get(tenantId);
    const now = this.clock.now();
    const keys = await this.erasures.keys(tenantId);
    return {
      form: CERTIFICATE_FORM,
      tenant_id: toWireId('ten', tenantId),
      ordered_by: orderedBy,
      approved_by: approvedBy,
      approved_at: approvedAt.toISOString(),
      erased_at: now.toISOString(),
      memory_clear_by: new Date(now.getTime() + DATA_KEY_CACHE_MS).toISOString(),
      erased: { cards, data_keys: dataKeys },
      destroyed_keys: keys.map(({ id, purpose, kcv, changedAt }) => ({
        id,
        purpose,
        kcv,
        destroyed_at: changedAt.toISOString(),
      })),
      kept: KEPT_RECORDS,
      backups: BACKUPS,
    };
  }

  async #get(tenantId: string): Promise<Erasure> {
    const erasure = await this.erasures.read(tenantId);
    if (erasure === undefined) throw new InvariantError('an erasure was approved', { tenantId });
    return erasure;
  }
}
