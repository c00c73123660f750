export { MerchantDirectoryService, type TerminalEntry } from './directory/merchant-directory.service.js';
export { AddressList, isNetwork, plainAddress } from './keys/address-list.js';
export { ApiKeyDesk, type KeyOrder, type MadeKey, type ShownKey } from './keys/api-key-desk.service.js';
export { ApiKeyExpiredError, ApiKeyInvalidError, IpNotAllowedError } from './keys/api-key-errors.js';
export { ApiKeys, type Authenticated, type NewKey } from './keys/api-keys.service.js';
export { LastUses } from './keys/last-uses.service.js';
export {
  DEFAULT_RATE_LIMITS,
  RateLimiter,
  type QuotaAnswer,
  type QuotaSubject,
  type RateLimits,
} from './limits/rate-limiter.js';
export { MerchantsModule } from './merchants.module.js';
export { merchantsMigrations } from './migrations/merchants-migrations.js';
export { SandboxSeed, type SeededTenant, type SeededTerminal } from './sandbox/sandbox-seed.service.js';
