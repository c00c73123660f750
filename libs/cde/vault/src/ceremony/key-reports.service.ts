import { Injectable } from '@nestjs/common';
import { HsmProvider } from '@tsunagu/hsm';
import { Centre, sql } from '@tsunagu/platform';
import { KeyBook } from '../inventory/key-book.repository.js';
import type { KeyRecord } from '../inventory/key-record.js';
import { KeySchedule, type KeyForecast } from '../inventory/key-schedule.service.js';
import { Custodians } from './custodians.service.js';
import { KeyOrders, type KeyOrder } from './key-orders.service.js';

/** A reader in the inventory of devices. */
export interface DeviceLine {
  readonly tenantId: string;
  readonly id: string;
  readonly terminalId: string;
  readonly profile: string;
  readonly initialKeyId: string;
  readonly bdkId: string;
  readonly state: string;
  readonly enrolledAt: Date;
}

/** Inventory for operators and assessors. @source card-crypto.md CC-32 */
export interface KeyReport {
  readonly provider: { readonly name: string; readonly isPaymentGrade: boolean };
  readonly keys: readonly KeyRecord[];
  readonly orders: readonly KeyOrder[];
  readonly custodians: readonly string[];
  readonly forecast: readonly KeyForecast[];
  /** Present when devices were asked for, at most a page; the next page begins behind `devicesAfter`. */
  readonly devices?: readonly DeviceLine[];
}

const DEVICES_PAGE = 500;
const DEVICES = sql(
  'vault_device_inventory',
  `select tenant_id as "tenantId", id, terminal_id as "terminalId", profile, initial_key_id as "initialKeyId", bdk_id as "bdkId",
     state, created_at as "enrolledAt" from vault.device_inventory($1, $2)`,
);

/** Where a report is read beside the inventory. */
@Injectable()
export class ReportSources {
  constructor(
    readonly hsm: HsmProvider,
    readonly centre: Centre,
  ) {}
}

/** What may be known of all keys and devices. */
@Injectable()
export class KeyReports {
  constructor(
    private readonly book: KeyBook,
    private readonly orders: KeyOrders,
    private readonly custodians: Custodians,
    private readonly schedule: KeySchedule,
    private readonly sources: ReportSources,
  ) {}

  /** @param asked `isComplete`: also destroyed keys and those of envelopes; `devicesAfter`: id of a device, or empty for the first page */
  async report(asked: { isComplete: boolean; days: number; devicesAfter: string | null }): Promise<KeyReport> {
    const { hsm, centre } = this.sources;
    const { paymentGrade: isPaymentGrade } = await hsm.capabilities();
    const report = {
      provider: { name: hsm.name, isPaymentGrade },
      keys: await this.book.list(asked.isComplete),
      orders: await this.orders.open(),
      custodians: await this.custodians.names(),
      forecast: await this.schedule.forecast(asked.days),
    };
    if (asked.devicesAfter === null) return report;
    const after = asked.devicesAfter === '' ? null : asked.devicesAfter;
    return { ...report, devices: await centre.query<DeviceLine>(DEVICES, [after, DEVICES_PAGE]) };
  }
}
