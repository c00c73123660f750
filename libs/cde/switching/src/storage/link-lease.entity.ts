import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who leads a link, and the fence that refuses the writes of former leaders. Centre table: no tenant. */
@Entity({ schema: 'switch', name: 'link_lease' })
export class LinkLeaseEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'link_lease_pkey' }) link!: string;
  @Column({ type: 'text' }) owner!: string;
  @Column({ type: 'bigint' }) fence!: string;
  @Column({ type: 'timestamptz' }) until!: Date;
  /** Base URL of the leader's internal doors; empty when it may not be asked. */
  @Column({ type: 'text', default: '' }) address!: string;
}
