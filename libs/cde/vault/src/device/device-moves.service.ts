import { Injectable } from '@nestjs/common';
import { Transactions, sql } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { DeviceMissingError } from '../vault-errors.js';
import { DeviceRegistry } from './device-registry.js';
import type { Device } from './device.js';
import { advanceDevice, type DeviceMove } from './device-state.js';

const LOCK = sql('vault_device_lock', 'select state from vault.device where tenant_id = $1 and id = $2 for update');
const MOVE = sql(
  'vault_device_move',
  `update vault.device set state = $3, bad_macs = '{}' where tenant_id = $1 and id = $2`,
);

/** Who moves which device, and why. */
export interface DeviceMoveRequest {
  readonly tenantId: string;
  readonly deviceId: string;
  readonly move: DeviceMove;
  /** A word for the audit. */
  readonly reason: string;
  readonly actor: string;
  readonly requestId: string;
}

/** Blocks and unblocks readers. A blocked one stops here at once and in every other vault within five seconds. */
@Injectable()
export class DeviceMoves {
  constructor(
    private readonly transactions: Transactions,
    private readonly devices: DeviceRegistry,
    private readonly audit: AuditLog,
  ) {}

  /** @throws DeviceMissingError absent, or another tenant's; DeviceMoveError */
  async move(request: DeviceMoveRequest): Promise<{ state: Device['state'] }> {
    const { tenantId, deviceId, move, reason, actor, requestId } = request;
    const state = await this.transactions.run({ tenantId }, async (tx) => {
      const [row] = await tx.query<{ state: Device['state'] }>(LOCK, [tenantId, deviceId]);
      if (row === undefined) throw new DeviceMissingError();
      const to = advanceDevice(row.state, move);
      tx.send(MOVE, [tenantId, deviceId, to]);
      const facts = { before: row.state, after: to, reason };
      this.audit.record(tx, { tenantId, operation: 'device_state', result: move, requestId, deviceId, actor, facts });
      return to;
    });
    this.devices.forget(deviceId);
    return { state };
  }
}
