import { Module } from '@nestjs/common';
import { MerchantDirectoryService } from './directory/merchant-directory.service.js';
import { ApiKeyDesk } from './keys/api-key-desk.service.js';
import { ApiKeys } from './keys/api-keys.service.js';
import { LastUses } from './keys/last-uses.service.js';
import { RateLimiter } from './limits/rate-limiter.js';
import { SandboxSeed } from './sandbox/sandbox-seed.service.js';

/** Tenants, stores, terminals and keys of an api process. Needs the platform's database. */
@Module({
  providers: [ApiKeys, ApiKeyDesk, LastUses, MerchantDirectoryService, RateLimiter, SandboxSeed],
  exports: [ApiKeys, ApiKeyDesk, LastUses, MerchantDirectoryService, RateLimiter, SandboxSeed],
})
export class MerchantsModule {}
