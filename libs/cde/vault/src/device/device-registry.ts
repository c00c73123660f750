import { Injectable } from '@nestjs/common';
import { DUKPT_PROFILES, HsmProvider, type DukptProfile, type DukptProfileName } from '@tsunagu/hsm';
import { Clock, invariant } from '@tsunagu/kernel';
import { Transactions, sql, type Tx } from '@tsunagu/platform';
import { alarmLimit } from '../open/alarm-limits.js';
import type { Device } from './device.js';

/** A blocked or stolen device works for at most this long after its row says so. @source security-reliability.md F2, F3 */
const CACHE_MS = 5_000;
const CACHE_MAX = 50_000;

const NOBODY = '00000000-0000-0000-0000-000000000000';

const FIND = sql(
  'vault_device_find',
  `select id, terminal_id, profile, initial_key_id, bdk_id, state from vault.device
   where tenant_id = $1 and initial_key_id = $2 and terminal_id = $3`,
);
const BAD_MAC = sql(
  'vault_device_bad_mac',
  `update vault.device set
     bad_macs = array(select at from unnest(device.bad_macs) at where at > $4::timestamptz) || $3::timestamptz,
     state = case when state = 'active' and
       (select count(*) from unnest(device.bad_macs) at where at > $4::timestamptz) + 1 >= $5::int then 'suspended' else state end
   where tenant_id = $1 and id = $2 returning state`,
);
const INSERT = sql(
  'vault_device_insert',
  `insert into vault.device (tenant_id, id, terminal_id, profile, initial_key_id, bdk_id, state, created_at)
   values ($1, $2, $3, $4, $5, $6, 'active', $7)`,
);
const INDEX = sql(
  'vault_key_index_insert',
  `insert into vault.key_index (initial_key_id, tenant_id, created_at) values ($1, $2, $3)
   on conflict (initial_key_id) do nothing returning initial_key_id`,
);

interface DeviceRow {
  readonly id: string;
  readonly terminal_id: string;
  readonly profile: string;
  readonly initial_key_id: string;
  readonly bdk_id: string;
  readonly state: Device['state'];
}

/** A device to be enrolled. */
export interface NewDevice {
  readonly id: string;
  readonly terminalId: string;
  readonly profileName: DukptProfileName;
  readonly initialKeyId: string;
  readonly bdkId: string;
}

/** Devices of tenants. Looked up by tenant, terminal and key id together: whoever asks for another's learns nothing. */
@Injectable()
export class DeviceRegistry {
  readonly #known = new Map<string, { readonly until: number; readonly device: Device }>();

  constructor(
    private readonly transactions: Transactions,
    private readonly hsm: HsmProvider,
    private readonly clock: Clock,
  ) {}

  /** @returns undefined when this terminal of this tenant has no such device */
  async find(tenantId: string, terminalId: string, initialKeyId: string): Promise<Device | undefined> {
    const name = `${tenantId}|${terminalId}|${initialKeyId}`;
    const known = this.#known.get(name);
    if (known !== undefined && known.until > this.clock.monotonicMs()) return known.device;
    const values = [tenantId, initialKeyId, terminalId];
    const [row] = await this.transactions.ask<DeviceRow>({ tenantId }, FIND, values);
    if (row === undefined) return undefined;
    const device = this.#deviceOf(row);
    if (this.#known.size >= CACHE_MAX) this.#known.clear();
    this.#known.set(name, { until: this.clock.monotonicMs() + CACHE_MS, device });
    return device;
  }

  /**
   * Count a wrong MAC. So many of them within so many minutes ({@link alarmLimit}) suspend the device.
   * @param device undefined: nobody's, at the same cost
   * @returns whether the device is suspended now
   */
  async countBadMac(tx: Tx, device: Device | undefined): Promise<boolean> {
    const now = this.clock.now();
    const since = new Date(now.getTime() - alarmLimit('bad_mac_window_ms', now));
    const values = [tx.tenantId, device?.id ?? NOBODY, now, since, alarmLimit('bad_macs', now)];
    const [row] = await tx.query<{ state: Device['state'] }>(BAD_MAC, values);
    const isSuspended = row?.state === 'suspended';
    if (isSuspended && device !== undefined)
      this.#known.delete(`${tx.tenantId}|${device.terminalId}|${device.initialKeyId}`);
    return isSuspended;
  }

  /** Ask the database again at the next card of this device. */
  forget(deviceId: string): void {
    for (const [name, { device }] of this.#known) if (device.id === deviceId) this.#known.delete(name);
  }

  /** @returns false when the key id is taken, by any tenant: nothing was written */
  async add(tx: Tx, device: NewDevice): Promise<boolean> {
    const now = this.clock.now();
    const indexed = await tx.query(INDEX, [device.initialKeyId, tx.tenantId, now]);
    if (indexed.length === 0) return false;
    const { id, terminalId, profileName, initialKeyId, bdkId } = device;
    await tx.query(INSERT, [tx.tenantId, id, terminalId, profileName, initialKeyId, bdkId, now]);
    return true;
  }

  #deviceOf(row: DeviceRow): Device {
    const profile: DukptProfile | undefined = (DUKPT_PROFILES as Record<string, DukptProfile>)[row.profile];
    invariant(profile !== undefined, 'a device has a profile that this build knows');
    const { id, terminal_id: terminalId, initial_key_id: initialKeyId, state } = row;
    return { id, terminalId, initialKeyId, profile, bdk: { provider: this.hsm.name, id: row.bdk_id }, state };
  }
}
