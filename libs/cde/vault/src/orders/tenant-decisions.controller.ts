import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { Custodians } from '../ceremony/custodians.service.js';
import { isAbsent, readProof } from '../ceremony/key-request.js';
import { CertificateSigner, type CertificateKey } from '../erase/certificate-signer.js';
import type { KeyActor } from '../inventory/key-inventory.service.js';
import { objectOf, oneOf, requestText, uuidOf } from '../request-shape.js';
import { TenantDecisions, type TenantDecision } from './tenant-decisions.service.js';
import { TENANT_OPERATIONS, type TenantOrder } from './tenant-orders.service.js';

/** Internal doors of what two custodians decide about a tenant. */
@Controller()
@UseGuards(InternalGuard)
export class TenantDecisionsController {
  constructor(
    private readonly decisions: TenantDecisions,
    private readonly custodians: Custodians,
    private readonly signer: CertificateSigner,
  ) {}

  @Post(VAULT_ROUTES.tenantOrder)
  @HttpCode(200)
  async order(@Body() body: unknown): Promise<TenantOrder> {
    const { fields, actor } = await this.#actor(body);
    const operation = oneOf(fields, 'operation', TENANT_OPERATIONS);
    const subject = isAbsent(fields, 'subject') ? null : requestText(fields, 'subject', 100);
    return this.decisions.order({ tenantId: uuidOf(fields, 'tenantId'), operation, subject }, actor);
  }

  @Post(VAULT_ROUTES.tenantApprove)
  @HttpCode(200)
  async approve(@Body() body: unknown): Promise<TenantDecision> {
    const { fields, actor } = await this.#actor(body);
    return this.decisions.approve(uuidOf(fields, 'orderId'), actor);
  }

  @Post(VAULT_ROUTES.certificateKey)
  @HttpCode(200)
  async key(): Promise<{ keys: CertificateKey[] }> {
    return { keys: await this.signer.publicKeys() };
  }

  async #actor(body: unknown): Promise<{ fields: Record<string, unknown>; actor: KeyActor }> {
    const fields = objectOf(body, 'body');
    const requestId = requestText(fields, 'requestId', 200);
    return { fields, actor: { by: await this.custodians.authenticate(readProof(fields), requestId), requestId } };
  }
}
