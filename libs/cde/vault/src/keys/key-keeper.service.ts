import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { EnvelopeKeys, KeySchedule } from '../inventory/key-schedule.service.js';
import { KeyWatch } from '../inventory/key-watch.js';
import { TenantDataKeys } from '../token/tenant-data-keys.js';
import { DataKeyRotation } from './data-key-rotation.service.js';
import { HouseKeys } from './house-keys.service.js';

/** How often keys are looked after. Short against the 15 minutes that a `sad` key outlives its epoch. */
const EVERY_MS = 30_000;

/** What the keeper looks after. */
@Injectable()
export class KeptKeys {
  constructor(
    readonly house: HouseKeys,
    readonly envelopes: EnvelopeKeys,
    readonly schedule: KeySchedule,
    readonly data: TenantDataKeys,
    readonly rotation: DataKeyRotation,
  ) {}
}

/** Keeps the keys of the vault: made before the first card, the next epoch's ahead of time, the old ones destroyed on schedule. */
@Injectable()
export class KeyKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly keys: KeptKeys,
    private readonly watch: KeyWatch,
  ) {}

  /** @throws TestKeyError production mode with a published key */
  async onApplicationBootstrap(): Promise<void> {
    await this.keys.house.prepare();
    await this.keep();
    this.#timer = setInterval(() => void this.#keepQuietly(), EVERY_MS);
    this.#timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.keys.data.wipe(0);
  }

  /** One round: destroy, then prepare. */
  async keep(): Promise<void> {
    await this.keys.schedule.round();
    await this.keys.envelopes.prepare();
    await this.keys.rotation.round();
    this.keys.data.wipe();
  }

  async #keepQuietly(): Promise<void> {
    try {
      await this.keep();
    } catch (error) {
      this.watch.failed(error);
    }
  }
}
