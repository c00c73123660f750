import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Rounds } from '@tsunagu/platform';
import { EnvelopeKeys, KeySchedule } from '../inventory/key-schedule.service.js';
import { KeyWatch } from '../inventory/key-watch.js';
import { TenantDataKeys } from '../token/tenant-data-keys.js';
import { DataKeyRotation } from './data-key-rotation.service.js';
import { IndexRotation } from './index-rotation.service.js';
import { KeyRenewal } from './key-renewal.service.js';
import { HouseKeys } from './house-keys.service.js';

/** How often keys are looked after. Short against the 15 minutes that a `sad` key outlives its epoch. */
const EVERY_MS = 30_000;

/** Changes of keys: made ahead of the end of a period, and carried through to what lies under them. */
@Injectable()
export class KeyRotations {
  constructor(
    readonly renewal: KeyRenewal,
    readonly data: DataKeyRotation,
    readonly index: IndexRotation,
  ) {}
}

/** What the keeper looks after. */
@Injectable()
export class KeptKeys {
  constructor(
    readonly house: HouseKeys,
    readonly envelopes: EnvelopeKeys,
    readonly schedule: KeySchedule,
    readonly data: TenantDataKeys,
    readonly rotations: KeyRotations,
  ) {}
}

/** Keeps the keys of the vault: made before the first card, the next epoch's ahead of time, the old ones destroyed on schedule. */
@Injectable()
export class KeyKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #rounds = new Rounds({
    everyMs: EVERY_MS,
    work: () => this.keep(),
    failed: (error) => this.watch.failed(error),
  });

  constructor(
    private readonly keys: KeptKeys,
    private readonly watch: KeyWatch,
  ) {}

  /** @throws TestKeyError production mode with a published key */
  async onApplicationBootstrap(): Promise<void> {
    await this.keys.house.prepare();
    await this.keep();
    this.#rounds.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#rounds.stop();
    this.keys.data.wipe(0);
  }

  /** One round: renew, destroy, prepare, then carry on. */
  async keep(): Promise<void> {
    const { schedule, envelopes, rotations } = this.keys;
    await rotations.renewal.round();
    await schedule.round();
    await envelopes.prepare();
    await rotations.data.round();
    await rotations.index.round();
    this.keys.data.wipe();
  }
}
