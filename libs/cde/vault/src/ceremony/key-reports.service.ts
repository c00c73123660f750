import { Inject, Injectable } from '@nestjs/common';
import { DUKPT_PROFILES, HsmProvider, type DukptProfile, type KeyRef } from '@tsunagu/hsm';
import { Clock } from '@tsunagu/kernel';
import { Centre, HouseCertificate, sql, type CertificateLine } from '@tsunagu/platform';
import { KeyBook } from '../inventory/key-book.repository.js';
import type { KeyRecord } from '../inventory/key-record.js';
import { KeySchedule, type KeyForecast } from '../inventory/key-schedule.service.js';
import { Custodians } from './custodians.service.js';
import { keyBits } from './new-key.js';
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
  /** Usable counters behind it. */
  readonly used: number;
  /** Usable counters that a key of its scheme has in all. */
  readonly capacity: number;
  /** At the pace since its enrolment; null for one that has hardly been used. */
  readonly daysLeft: number | null;
}

/** A key in the inventory, with its length as it is stored: of TDES also the parity bits. */
export interface KeyLine extends KeyRecord {
  readonly bits: number;
}

/** The HSM behind the vault: what it declares and how it is. The switch has a partition of its own in the same one. */
export interface HsmLine {
  readonly name: KeyRef['provider'];
  readonly isHealthy: boolean;
  readonly isPaymentGrade: boolean;
  readonly capabilities: Awaited<ReturnType<HsmProvider['capabilities']>>;
}

/** Inventory for operators and assessors. @source card-crypto.md CC-32 */
export interface KeyReport {
  readonly hsm: HsmLine;
  readonly keys: readonly KeyLine[];
  /** Of the processes of the house; empty in the sandbox, which has none. */
  readonly certificates: readonly CertificateLine[];
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
     state, created_at as "enrolledAt", used::float8 as used from vault.device_inventory($1, $2)`,
);

/** Where a report is read beside the inventory. */
@Injectable()
export class ReportSources {
  constructor(
    readonly hsm: HsmProvider,
    readonly centre: Centre,
    readonly clock: Clock,
    @Inject(HouseCertificate) readonly certificate: HouseCertificate | null,
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
    const { centre, clock, certificate } = this.sources;
    const report = {
      hsm: await this.#hsm(),
      keys: (await this.book.list(asked.isComplete)).map((key) => ({ ...key, bits: keyBits(key.algorithm) })),
      certificates: certificate?.inventory ?? [],
      orders: await this.orders.open(),
      custodians: await this.custodians.names(),
      forecast: await this.schedule.forecast(asked.days),
    };
    if (asked.devicesAfter === null) return report;
    const after = asked.devicesAfter === '' ? null : asked.devicesAfter;
    const rows = await centre.query<DeviceRow>(DEVICES, [after, DEVICES_PAGE]);
    return { ...report, devices: rows.map((row) => forecastOf(row, clock.now())) };
  }

  async #hsm(): Promise<HsmLine> {
    const { hsm } = this.sources;
    const capabilities = await hsm.capabilities();
    const { ok: isHealthy } = await hsm.health();
    return { name: hsm.name, isHealthy, isPaymentGrade: capabilities.paymentGrade, capabilities };
  }
}

type DeviceRow = Omit<DeviceLine, 'capacity' | 'daysLeft'>;

/** Usable counters of a key. @source ANSI X9.24-1:2009 (at most 10 of 21 bits), X9.24-3-2017 (at most 16 of 32 bits) */
const CAPACITY: Readonly<Record<DukptProfile['scheme'], number>> = {
  'TDES-DUKPT': 1_048_575,
  'AES-DUKPT': 2_448_023_842,
};
const DAY_MS = 86_400_000;
/** Below this a pace says nothing. */
const USED_MIN = 100;

function forecastOf(row: DeviceRow, now: Date): DeviceLine {
  const profile = (DUKPT_PROFILES as Record<string, DukptProfile>)[row.profile];
  const capacity = CAPACITY[profile?.scheme ?? 'TDES-DUKPT'];
  const days = Math.max(1, (now.getTime() - row.enrolledAt.getTime()) / DAY_MS);
  const daysLeft = row.used < USED_MIN ? null : Math.floor((capacity - row.used) / (row.used / days));
  return { ...row, capacity, daysLeft };
}
