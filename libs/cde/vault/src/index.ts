export { CardVaultModule } from './card-vault.module.js';
export { isGenuineCertificate, type ErasureCertificate } from './erase/certificate.js';
export { vaultMigrations } from './migrations/vault-migrations.js';
export { CardRepository, type NewCard } from './token/card.repository.js';
