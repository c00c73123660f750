import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Which attempt a message on a link belongs to; whole, so that it is unique for ever. Centre table. */
@Entity({
  schema: 'switch',
  name: 'wire_identity',
  comment:
    'Which attempt a message on a link belongs to. Whole, because a partitioned unique key would have to hold the partition key',
})
export class WireIdentityEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'wire_identity_pkey' }) link!: string;
  @PrimaryColumn({ type: 'char', length: 12, primaryKeyConstraintName: 'wire_identity_pkey' }) rrn!: string;
  @PrimaryColumn({ type: 'char', length: 12, name: 'local_time', primaryKeyConstraintName: 'wire_identity_pkey' })
  localTime!: string;
  @Column({ type: 'uuid', name: 'tenant_id' }) tenantId!: string;
  @Column({ type: 'uuid', name: 'attempt_id' }) attemptId!: string;
}
