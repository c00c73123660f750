import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Which tenant holds an initial key id; centre table, so that two never hold one. */
@Entity({ schema: 'vault', name: 'key_index' })
@Check('key_index_form', `initial_key_id ~ '^([0-9A-F]{16}|[0-9A-F]{20})$'`)
export class KeyIndexEntity {
  @PrimaryColumn({ type: 'text', name: 'initial_key_id', primaryKeyConstraintName: 'key_index_pkey' })
  initialKeyId!: string;
  @Column({ type: 'uuid', name: 'tenant_id' }) tenantId!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}
