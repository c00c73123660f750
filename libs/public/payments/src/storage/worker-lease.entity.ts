import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One life of one worker process, renewed while it lives. Centre table: no tenant, touched by functions of the owner only. */
@Entity({
  schema: 'gateway',
  name: 'worker_lease',
  comment: 'One life of one worker process, renewed while it lives. Centre table: no tenant',
})
@Index('worker_lease_by_node', ['node'])
export class WorkerLeaseEntity {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'worker_lease_pkey' }) incarnation!: string;
  @Column({ type: 'varchar', length: 40 }) node!: string;
  @Column({ type: 'timestamptz', name: 'renewed_at' }) renewedAt!: Date;
  @Column({
    type: 'timestamptz',
    name: 'dead_at',
    nullable: true,
    comment: 'Set once: by the worker that stops, or by whoever missed it',
  })
  deadAt!: Date | null;
}
