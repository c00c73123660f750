import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Trace numbers of a link, taken in blocks. Centre table: no tenant. */
@Entity({ schema: 'switch', name: 'stan_counter' })
export class StanCounterEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'stan_counter_pkey' }) link!: string;
  @Column({ type: 'bigint' }) next!: string;
}
