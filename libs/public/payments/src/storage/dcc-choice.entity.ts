import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { DccOfferEntity } from './dcc-offer.entity.js';

/** What a cardholder chose, with the fingerprint of the choice and its offer; append only. */
@Entity({
  schema: 'gateway',
  name: 'dcc_choice',
  comment: 'What a cardholder chose, once a payment; append only. The hash is of the choice and its offer',
})
@ForeignKey(() => DccOfferEntity, ['tenantId', 'offerId'], ['tenantId', 'id'], { name: 'dcc_choice_offer' })
@Unique('dcc_choice_once', ['tenantId', 'paymentId'])
@Check('dcc_choice_word', `choice IN ('local', 'foreign')`)
@Check('dcc_choice_text_hash', `rendered_text_hash ~ '^[0-9a-f]{64}$'`)
@Check('dcc_choice_hash', `record_hash ~ '^[0-9a-f]{64}$'`)
export class DccChoiceEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'dcc_choice_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'dcc_choice_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'payment_id' }) paymentId!: string;
  @Column({ type: 'uuid', name: 'offer_id' }) offerId!: string;
  @Column({ type: 'varchar', length: 8 }) choice!: string;
  @Column({ type: 'timestamptz', name: 'chosen_at' }) chosenAt!: Date;
  @Column({ type: 'uuid', name: 'terminal_id' }) terminalId!: string;
  @Column({ type: 'varchar', length: 80, name: 'request_id' }) requestId!: string;
  @Column({ type: 'timestamptz', name: 'shown_at', nullable: true }) shownAt!: Date | null;
  @Column({ type: 'varchar', length: 40, name: 'screen_template_version', nullable: true })
  screenTemplateVersion!: string | null;
  @Column({ type: 'char', length: 64, name: 'rendered_text_hash', nullable: true }) renderedTextHash!: string | null;
  @Column({ type: 'varchar', length: 16, nullable: true }) locale!: string | null;
  @Column({ type: 'char', length: 64, name: 'record_hash' }) recordHash!: string;
}
