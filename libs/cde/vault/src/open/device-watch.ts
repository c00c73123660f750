import type { AppLogger, Metrics } from '@tsunagu/platform';
import type { Clock } from '@tsunagu/kernel';
import { alarmLimit } from './alarm-limits.js';

/** Devices whose window is kept; the one that began first gives its place away. */
const DEVICES_MAX = 50_000;

interface Window {
  readonly endsAtMs: number;
  /** As they stood when it began. */
  readonly limits: { readonly opens: number; readonly failures: number; readonly failureShare: number };
  opens: number;
  failures: number;
  readonly told: Set<string>;
}

/**
 * Decryption monitoring of each device over some minutes: volume, and share of failures. An alarm is told once per device and window.
 * @source P2PE v3.1 domain 4C; labels hold no ids, so that the device stands in the log line alone
 */
export class DeviceWatch {
  readonly #windows = new Map<string, Window>();
  readonly #alarms;

  constructor(
    metrics: Metrics,
    private readonly logger: AppLogger,
    private readonly clock: Clock,
  ) {
    this.#alarms = metrics.counter('tsunagu_vault_device_alarms_total', 'Devices with too many opens or failures', [
      'kind',
    ]);
  }

  saw(deviceId: string, isFailure: boolean): void {
    const window = this.#windowOf(deviceId);
    window.opens += 1;
    if (isFailure) window.failures += 1;
    if (window.opens > window.limits.opens) this.#tell('volume', deviceId, window);
    const { failures, failureShare } = window.limits;
    if (window.failures >= failures && window.failures > window.opens * failureShare)
      this.#tell('failures', deviceId, window);
  }

  #windowOf(deviceId: string): Window {
    const now = this.clock.monotonicMs();
    const known = this.#windows.get(deviceId);
    if (known !== undefined && known.endsAtMs > now) return known;
    const today = this.clock.now();
    const limits = {
      opens: alarmLimit('device_opens', today),
      failures: alarmLimit('device_failures', today),
      failureShare: alarmLimit('device_failure_share', today),
    };
    const endsAtMs = now + alarmLimit('device_window_ms', today);
    const window = { endsAtMs, limits, opens: 0, failures: 0, told: new Set<string>() };
    this.#windows.delete(deviceId); // a new window stands last in line
    if (this.#windows.size >= DEVICES_MAX) this.#windows.delete(this.#windows.keys().next().value ?? '');
    this.#windows.set(deviceId, window);
    return window;
  }

  #tell(kind: 'volume' | 'failures', deviceId: string, window: Window): void {
    if (window.told.has(kind)) return;
    window.told.add(kind);
    this.#alarms.inc({ kind });
    const { opens, failures } = window;
    this.logger.error('security event: a device opens or fails too often', { kind, deviceId, opens, failures });
  }
}
