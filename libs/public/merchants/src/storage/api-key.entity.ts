import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { TenantEntity } from './tenant.entity.js';
import { StoreEntity } from './store.entity.js';
import { TerminalEntity } from './terminal.entity.js';

/** A credential: a public id and a keyed digest; its text is shown once and stored nowhere. */
@Entity({ schema: 'gateway', name: 'api_key' })
@Check('api_key_allowed_ips', 'cardinality(allowed_ips) BETWEEN 1 AND 50')
@Check('api_key_api_version', `api_version ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'`)
@Check('api_key_digest', 'length(digest) = 32')
@Check('api_key_mode', `mode IN ('test', 'live')`)
@ForeignKey(() => TenantEntity, ['tenantId', 'tenantId', 'mode'], ['tenantId', 'id', 'mode'], {
  name: 'api_key_mode_of_tenant',
})
@Check('api_key_name', 'length(name) BETWEEN 1 AND 80')
@Check('api_key_node', '(terminal_id IS NULL) OR (store_id IS NOT NULL)')
@ForeignKey(() => StoreEntity, ['tenantId', 'storeId'], ['tenantId', 'id'], { name: 'api_key_store' })
@ForeignKey(() => TerminalEntity, ['tenantId', 'terminalId'], ['tenantId', 'id'], { name: 'api_key_terminal' })
@Index('api_key_public_id', ['id'], { unique: true })
export class ApiKeyEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'api_key_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'api_key_pkey' }) id!: string;
  @Column({ type: 'bytea' }) digest!: Buffer;
  @Column({ type: 'text', array: true }) scopes!: string[];
  @Column({ type: 'text' }) mode!: string;
  @Column({ type: 'uuid', name: 'store_id', nullable: true }) storeId!: string | null;
  @Column({ type: 'uuid', name: 'terminal_id', nullable: true }) terminalId!: string | null;
  @Column({ type: 'timestamptz', name: 'expires_at', nullable: true }) expiresAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true }) revokedAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column({ type: 'text', default: 'unnamed' }) name!: string;
  @Column({ type: 'cidr', array: true, name: 'allowed_ips', nullable: true }) allowedIps!: string[] | null;
  @Column({ type: 'text', name: 'api_version', default: '2026-11-01' }) apiVersion!: string;
  @Column({
    type: 'timestamptz',
    name: 'last_used_at',
    nullable: true,
    comment: 'To the minute: written in batches, not by each request',
  })
  lastUsedAt!: Date | null;
  @Column({ type: 'uuid', name: 'created_by', nullable: true }) createdBy!: string | null;
  @Column({ type: 'uuid', nullable: true }) replaces!: string | null;
}
