import { Injectable } from '@nestjs/common';
import type { OpenCardRequest } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { AppLogger, Metrics } from '@tsunagu/platform';
import type { Device } from '../device/device.js';
import type { ReaderPayload } from '@tsunagu/hsm';
import { PaymentPulse } from './payment-pulse.js';
import { alarmLimit } from './alarm-limits.js';
import { DeviceWatch } from './device-watch.js';

/** What operators see of opening cards: counts by result, and the security events. Never a value from a card. */
@Injectable()
export class OpenWatch {
  readonly #opens;
  readonly #macFailures;
  readonly #replays;
  readonly #counters;
  readonly #devices: DeviceWatch;

  constructor(
    metrics: Metrics,
    private readonly logger: AppLogger,
    private readonly clock: Clock,
    private readonly pulse: PaymentPulse,
  ) {
    this.#devices = new DeviceWatch(metrics, logger, clock);
    this.#opens = metrics.counter('tsunagu_vault_opens_total', 'Cards asked to be opened, by result', ['result']);
    this.#macFailures = metrics.counter('tsunagu_vault_mac_failures_total', 'Messages of readers with a wrong MAC');
    this.#counters = metrics.counter(
      'tsunagu_vault_counter_alarms_total',
      'Cards whose counter jumped, went back, or is among the last of its key',
      ['kind'],
    );
    this.#replays = metrics.counter('tsunagu_vault_replays_total', 'Key serial numbers used for something else');
  }

  /** @param tookMs from the request to its commit; background work waits while this is long */
  opened(result: string, tookMs: number): void {
    this.pulse.beat(tookMs);
    this.#opens.inc({ result });
  }

  /** @param result fault or error code */
  refused(
    request: Pick<OpenCardRequest, 'tenantId' | 'terminalId' | 'requestId'>,
    result: string,
    device: Device | undefined,
  ): void {
    this.#opens.inc({ result });
    if (result === 'mac') this.#macFailures.inc();
    if (result === 'ksn_replay') this.#replays.inc();
    if (result === 'ksn_stale') this.#wentBack(device);
    if (device !== undefined) this.#devices.saw(device.id, true);
    if (result === 'clear_card_data') {
      this.logger.error('security event: clear card data came from an encrypting reader', { deviceId: device?.id });
    }
    const { tenantId, terminalId, requestId } = request;
    this.logger.warn('a card was refused', { result, tenantId, terminalId, requestId, deviceId: device?.id });
  }

  suspended(device: Device): void {
    this.logger.error('security event: a device was suspended after repeated MAC failures', { deviceId: device.id });
  }

  /** Report what is legal (a jump comes from a power loss or failed sends) but worth a look. */
  counted(device: Device, { ksn }: ReaderPayload, jump: number): void {
    this.#devices.saw(device.id, false);
    const today = this.clock.now();
    if (jump > alarmLimit('counter_jump', today)) {
      this.#counters.inc({ kind: 'jump' });
      this.logger.warn('security event: the counter of a device jumped', { deviceId: device.id, jump });
    }
    if (ksn.rank > (ksn.rank + ksn.remaining) * alarmLimit('counters_used_share', today)) {
      this.#counters.inc({ kind: 'exhaustion' });
      this.logger.warn('a device is nearly out of keys', { deviceId: device.id, left: ksn.remaining });
    }
  }

  /** A counter never goes back by itself: the key was copied, or the reader was set back. */
  #wentBack(device: Device | undefined): void {
    this.#counters.inc({ kind: 'regression' });
    this.logger.error('security event: the counter of a device went back', { deviceId: device?.id });
  }
}
