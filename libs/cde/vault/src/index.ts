export { CardVaultModule } from './card-vault.module.js';
export { vaultMigrations } from './migrations/vault-migrations.js';
