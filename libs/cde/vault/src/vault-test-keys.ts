import type { EnvelopeSealer, HsmProvider } from '@tsunagu/hsm';
import type { Clock } from '@tsunagu/kernel';
import type { AppConfig, AppLogger, Centre, Metrics, Transactions } from '@tsunagu/platform';
import type { AuditLog } from './audit/audit-log.js';
import type { AuditSeal } from './audit/audit-seal.js';
import type { DeviceRegistry } from './device/device-registry.js';
import { DeviceBook, EnrolDeviceService } from './device/enrol-device.service.js';
import { Components } from './ceremony/components.service.js';
import { CustodianSuccession } from './ceremony/custodian-succession.service.js';
import { Custodians } from './ceremony/custodians.service.js';
import { KeyArrivals } from './ceremony/key-arrivals.service.js';
import { KeyOrders } from './ceremony/key-orders.service.js';
import { KeyReports, ReportSources } from './ceremony/key-reports.service.js';
import { BaseKeys } from './device/base-keys.service.js';
import { DeviceLoader, EnrolmentCodes } from './device/device-loader.service.js';
import { DeviceMoves } from './device/device-moves.service.js';
import { KeyBook } from './inventory/key-book.repository.js';
import { KeyRing } from './inventory/key-ring.js';
import { KeyInventory } from './inventory/key-inventory.service.js';
import { EnvelopeKeys, KeySchedule } from './inventory/key-schedule.service.js';
import { KeyWatch } from './inventory/key-watch.js';
import { KeyRenewal } from './keys/key-renewal.service.js';
import { HouseKeys } from './keys/house-keys.service.js';

/** Everything about keys. */
export interface KeyRoom {
  readonly book: KeyBook;
  readonly inventory: KeyInventory;
  readonly ring: KeyRing;
  readonly house: HouseKeys;
  readonly schedule: KeySchedule;
  readonly renewal: KeyRenewal;
  readonly envelopes: EnvelopeKeys;
  readonly custodians: Custodians;
  readonly orders: KeyOrders;
  readonly arrivals: KeyArrivals;
  readonly components: Components;
  readonly codes: EnrolmentCodes;
  readonly loader: DeviceLoader;
  readonly moves: DeviceMoves;
  readonly reports: KeyReports;
}

/** What a test gives to its keys. */
export interface KeyRoomParts {
  readonly transactions: Transactions;
  readonly centre: Centre;
  readonly hsm: HsmProvider;
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly auditSeal: AuditSeal;
  readonly config: AppConfig;
  readonly devices: DeviceRegistry;
  readonly sealer: EnvelopeSealer;
  readonly metrics: Metrics;
  readonly logger: AppLogger;
}

/** Keys, ceremonies and readers of a vault without its HTTP doors, with the keys of the house made. */
export async function openKeyRoom(p: KeyRoomParts): Promise<{ keys: KeyRoom; enrol: EnrolDeviceService }> {
  const { transactions, centre, hsm, clock, audit, config } = p;
  const book = new KeyBook(transactions, centre);
  const inventory = new KeyInventory(book, hsm, audit, clock);
  const watch = new KeyWatch(p.metrics, p.logger);
  const ring = new KeyRing(book, watch, p.auditSeal);
  const house = new HouseKeys(hsm, inventory, book, ring, config);
  await house.prepare();
  const schedule = new KeySchedule(inventory, book, hsm, clock, watch);
  const renewal = new KeyRenewal(hsm, inventory, book, clock);
  const custodians = new Custodians(book, centre, inventory, clock, new CustodianSuccession(book, inventory, clock));
  const orders = new KeyOrders(book, centre, inventory, hsm, clock);
  const arrivals = new KeyArrivals(hsm, book, inventory);
  const components = new Components(hsm, ring, book, arrivals, clock);
  const reports = new KeyReports(book, orders, custodians, schedule, new ReportSources(hsm, centre, clock, null));
  const envelopes = new EnvelopeKeys(p.sealer, inventory);
  const deviceBook = new DeviceBook(transactions, p.devices, audit, clock);
  const baseKeys = new BaseKeys(hsm, book, inventory, config);
  const codes = new EnrolmentCodes(transactions, audit, clock);
  const loader = new DeviceLoader(deviceBook, baseKeys, book, hsm, codes);
  const moves = new DeviceMoves(transactions, p.devices, audit);
  const ceremonies = { custodians, orders, arrivals, components, reports };
  const keys = { book, inventory, ring, house, schedule, renewal, envelopes, ...ceremonies, codes, loader, moves };
  return { keys, enrol: new EnrolDeviceService(hsm, deviceBook, baseKeys, config) };
}
