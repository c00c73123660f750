import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { KeyCeremonyEntity } from './key-ceremony.entity.js';
import { CustodianEntity } from './custodian.entity.js';

/** A part of a key that one custodian has entered. */
@Entity({ schema: 'vault', name: 'key_component' })
@ForeignKey(() => KeyCeremonyEntity, ['ceremonyId'], ['id'], { name: 'key_component_ceremony' })
@ForeignKey(() => CustodianEntity, ['custodian'], ['name'], { name: 'key_component_custodian' })
@Check('key_component_number', 'number BETWEEN 1 AND 2')
@Unique('key_component_one_each', ['ceremonyId', 'custodian'])
export class KeyComponentEntity {
  @PrimaryColumn({ type: 'uuid', name: 'ceremony_id', primaryKeyConstraintName: 'key_component_pkey' })
  ceremonyId!: string;
  @PrimaryColumn({ type: 'smallint', primaryKeyConstraintName: 'key_component_pkey' }) number!: number;
  @Column({ type: 'text' }) custodian!: string;
  @Column({ type: 'bytea' }) iv!: Buffer;
  @Column({ type: 'bytea' }) sealed!: Buffer;
  @Column({ type: 'text' }) kcv!: string;
  @Column({ type: 'timestamptz', name: 'given_at' }) givenAt!: Date;
}
