import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An issuer's no to a card, by its token. Written by a trigger of the journal, in the transaction of the answer. */
@Entity({ schema: 'switch', name: 'card_decline' })
@Index('card_decline_by_card', ['tenantId', 'cardToken', 'declinedAt'])
export class CardDeclineEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'card_decline_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'attempt_id', primaryKeyConstraintName: 'card_decline_pkey' })
  attemptId!: string;
  @Column({ type: 'uuid', name: 'card_token' }) cardToken!: string;
  @Column({ type: 'char', length: 3, name: 'action_code' }) actionCode!: string;
  @Column({ type: 'timestamptz', name: 'declined_at' }) declinedAt!: Date;
}
