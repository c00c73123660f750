import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A person who may hold a part of a key. */
@Entity({ schema: 'vault', name: 'custodian' })
@Check('custodian_kind', `kind = 'secret'`)
@Check('custodian_name', `name ~ '^[a-z][a-z0-9-]{1,39}$'`)
@Check('custodian_proof', 'length(proof) = 32')
@Check('custodian_salt', 'length(salt) = 16')
export class CustodianEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'custodian_pkey' }) name!: string;
  @Column({ type: 'text' }) kind!: string;
  @Column({ type: 'bytea' }) salt!: Buffer;
  @Column({ type: 'bytea' }) proof!: Buffer;
  @Column({ type: 'int', default: 0 }) failures!: number;
  @Column({ type: 'timestamptz', name: 'locked_until', nullable: true }) lockedUntil!: Date | null;
  @Column({ type: 'timestamptz', name: 'left_at', nullable: true }) leftAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}
