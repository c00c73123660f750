import type { AppLogger, Metrics } from '@tsunagu/platform';
import type { Clock } from '@tsunagu/kernel';

const WINDOW_MS = 5 * 60_000;
/** A till takes a card every few seconds at its busiest; more than one a second for five minutes is a script. */
const VOLUME_MAX = 300;
/** Cards are misread now and then; a third of them is a broken reader, or somebody who tries. */
const FAILURES_MIN = 5;
const FAILURE_SHARE_MAX = 1 / 3;
/** Devices whose window is kept; the one that began first gives its place away. */
const DEVICES_MAX = 50_000;

interface Window {
  readonly endsAtMs: number;
  opens: number;
  failures: number;
  readonly told: Set<string>;
}

/**
 * Decryption monitoring of each device over five minutes: volume, and share of failures. An alarm is told once per device and window.
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
    if (window.opens > VOLUME_MAX) this.#tell('volume', deviceId, window);
    const isBad = window.failures >= FAILURES_MIN && window.failures > window.opens * FAILURE_SHARE_MAX;
    if (isBad) this.#tell('failures', deviceId, window);
  }

  #windowOf(deviceId: string): Window {
    const now = this.clock.monotonicMs();
    const known = this.#windows.get(deviceId);
    if (known !== undefined && known.endsAtMs > now) return known;
    const window = { endsAtMs: now + WINDOW_MS, opens: 0, failures: 0, told: new Set<string>() };
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
