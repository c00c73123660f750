import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An offer of a currency, word for word; append only. */
@Entity({
  schema: 'gateway',
  name: 'dcc_offer',
  comment: 'What a cardholder was offered, word for word; append only',
})
@Check('dcc_offer_local_range', 'local_minor BETWEEN 1 AND 999999999999')
@Check('dcc_offer_foreign_range', 'foreign_minor BETWEEN 1 AND 999999999999')
@Check('dcc_offer_two_currencies', 'currency <> local_currency')
@Check('dcc_offer_rate', `rate ~ '^[0-9]{1,6}([.][0-9]{1,9})?$'`)
@Check('dcc_offer_markup', 'markup_bps BETWEEN 0 AND 10000')
@Index('dcc_offer_by_payment', ['tenantId', 'paymentId'])
export class DccOfferEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'dcc_offer_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'dcc_offer_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'payment_id' }) paymentId!: string;
  @Column({ type: 'uuid', name: 'store_id' }) storeId!: string;
  @Column({ type: 'bigint', name: 'local_minor' }) localMinor!: string;
  @Column({ type: 'char', length: 3, name: 'local_currency' }) localCurrency!: string;
  @Column({ type: 'bigint', name: 'foreign_minor' }) foreignMinor!: string;
  @Column({ type: 'char', length: 3 }) currency!: string;
  @Column({ type: 'varchar', length: 16 }) rate!: string;
  @Column({ type: 'int', name: 'markup_bps' }) markupBps!: number;
  @Column({ type: 'text', name: 'rate_source' }) rateSource!: string;
  @Column({ type: 'timestamptz', name: 'rate_at' }) rateAt!: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt!: Date;
  @Column({ type: 'text', name: 'provider_reference' }) providerReference!: string;
  @Column({ type: 'text' }) disclaimer!: string;
  @Column({ type: 'jsonb' }) disclosure!: object;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}
