import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { objectOf, uuidOf } from '../request-shape.js';
import { AuditAnchor } from './audit-anchor.js';
import { AuditChainRepository } from './audit-chain.repository.js';
import { AuditVerifier, type AuditVerdict } from './audit-verifier.js';

const TENANTS_PAGE = 500;

/** Internal door of the operator: proves the audit, one tenant at a time; without a tenant it lists whose audits there are. */
@Controller()
@UseGuards(InternalGuard)
export class AuditVerifyController {
  constructor(
    private readonly verifier: AuditVerifier,
    private readonly chain: AuditChainRepository,
    private readonly anchor: AuditAnchor,
  ) {}

  @Post(VAULT_ROUTES.auditVerify)
  @HttpCode(200)
  async verify(@Body() body: unknown): Promise<AuditVerdict | { tenants: string[] }> {
    const fields = objectOf(body, 'body');
    if (fields['tenantId'] !== undefined) return this.verifier.verify(uuidOf(fields, 'tenantId'));
    const tenants = new Set((await this.anchor.heads()).keys()); // a tenant whose rows are all gone is known by its head
    for (let after: string | null = null; ;) {
      const page: string[] = await this.chain.tenants(after, TENANTS_PAGE);
      for (const tenantId of page) tenants.add(tenantId);
      if (page.length < TENANTS_PAGE) return { tenants: [...tenants].sort() };
      after = page[page.length - 1]!;
    }
  }
}
