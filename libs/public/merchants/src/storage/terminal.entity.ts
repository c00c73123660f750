import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import { StoreEntity } from './store.entity.js';

/** A terminal of a store, and how the wire names it. */
@Entity({ schema: 'gateway', name: 'terminal' })
@ForeignKey(() => StoreEntity, ['tenantId', 'storeId'], ['tenantId', 'id'], { name: 'terminal_store' })
@Unique('terminal_wire', ['tenantId', 'wireTerminal'])
@Check('terminal_reader', `reader IN ('pin_pad', 'no_pin_pad')`)
@Check('terminal_wire_terminal', `wire_terminal ~ '^[0-9A-Z]{8}$'`)
export class TerminalEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'terminal_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'terminal_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'store_id' }) storeId!: string;
  @Column({ type: 'text', name: 'wire_terminal' }) wireTerminal!: string;
  /** What it can do for the holder. */
  @Column({ type: 'text', default: 'pin_pad' }) reader!: 'pin_pad' | 'no_pin_pad';
  @Column({ type: 'boolean', name: 'is_blocked', default: false }) isBlocked!: boolean;
  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}
