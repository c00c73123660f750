import { Injectable } from '@nestjs/common';
import type { OpenCardAnswer, OpenCardRequest } from '@tsunagu/contracts';
import { Ksn, type ReaderPayload } from '@tsunagu/hsm';
import { Clock } from '@tsunagu/kernel';
import { DeviceRegistry } from '../device/device-registry.js';
import type { Device } from '../device/device.js';
import { Fingerprints } from '../keys/fingerprints.js';
import { displayOf } from '../token/card-display.js';
import { CardDataInvalidError } from '../vault-errors.js';
import { CardOpener } from './card-opener.js';
import type { KsnClaim } from './ksn-claim.repository.js';
import { OpenRecorder, type OpenSubject } from './open-recorder.js';
import { OpenWatch } from './open-watch.js';
import { refusalOf } from './refusal-of.js';

/** What is known so far of the card being opened; grows as the work goes on, for the audit of a refusal. */
type Progress = { -readonly [K in keyof OpenSubject]: OpenSubject[K] } & {
  readonly request: OpenCardRequest;
  /** Calls to the HSM made or begun for it. */
  calls: number;
};

/** A card that fails at its very end has cost MAC, claim and decryption. Every refusal costs as many calls, so that none tells how far it came. */
const CALLS_OF_A_REFUSAL = 3;
const DECOY = Buffer.alloc(48);

/** What is looked up for a card before anything is opened. */
@Injectable()
export class OpenCardLookups {
  constructor(
    readonly devices: DeviceRegistry,
    readonly fingerprints: Fingerprints,
  ) {}
}

/**
 * Opens a reader's card: shape, counter, device, MAC, decrypt in memory, then one transaction of claim, token and audit.
 * @source card-crypto.md §4 and §5
 */
@Injectable()
export class OpenCardService {
  readonly #devices: DeviceRegistry;
  readonly #fingerprints: Fingerprints;

  constructor(
    whose: OpenCardLookups,
    private readonly opener: CardOpener,
    private readonly recorder: OpenRecorder,
    private readonly watch: OpenWatch,
    private readonly clock: Clock,
  ) {
    this.#devices = whose.devices;
    this.#fingerprints = whose.fingerprints;
  }

  /**
   * @throws CardDataInvalidError anything wrong with the card, one answer for all
   * @throws KsnReplayError, KsnStaleError
   * @throws HsmError `card_service_unavailable`: nothing was claimed, or the same request may come again
   */
  async open(request: OpenCardRequest): Promise<OpenCardAnswer> {
    const subject: Progress = { request, device: undefined, ksn: undefined, calls: 0 };
    try {
      return await this.#open(subject);
    } catch (error) {
      const result = refusalOf(error);
      if (result === undefined) throw error;
      this.watch.refused(request, result, subject.device);
      const isSuspended = await this.recorder.refuse(subject, result);
      await this.#evenOut(subject);
      if (isSuspended && subject.device !== undefined) this.watch.suspended(subject.device);
      throw error;
    }
  }

  async #open(subject: Progress): Promise<OpenCardAnswer> {
    const { request } = subject;
    const startedMs = this.clock.monotonicMs();
    const device = await this.#device(subject);
    const { reader, payload } = this.opener.read(device, request.card);
    subject.calls = 1;
    await this.opener.verify(device, reader, payload);
    subject.calls = 2;
    const claim = await this.#claimOf(request, device, payload);
    if (!reader.isAuthenticated) await this.recorder.claim(subject, claim);
    subject.calls = 3;
    const { card, envelope, isFallback } = await this.opener.open(device, request, reader, payload);
    const { tokenId, kind, jump } = await this.recorder.record(subject, claim, card);
    this.watch.opened(kind, this.clock.monotonicMs() - startedMs);
    this.watch.counted(device, payload, jump);
    return { tokenId, card: displayOf(card.face, card.at), envelope, ...(isFallback ? { isFallback } : {}) };
  }

  /** Unknown reader, blocked reader, wrong MAC, wrong padding: the same text, the same number of calls and of statements. */
  async #evenOut({ request, calls }: Progress): Promise<void> {
    for (let done = calls; done < CALLS_OF_A_REFUSAL; done += 1) {
      await this.#fingerprints.ofCipher(request.tenantId, DECOY);
    }
  }

  async #device(subject: Progress): Promise<Device> {
    const { tenantId, terminalId, card } = subject.request;
    const ksn = Ksn.parse(card.format === 'dukpt_aes' ? 'AES-DUKPT' : 'TDES-DUKPT', card.ksn);
    subject.ksn = ksn;
    if (ksn === undefined || !ksn.isUsable) throw new CardDataInvalidError('counter_unusable');
    const device = await this.#devices.find(tenantId, terminalId, ksn.initialKeyId);
    if (device === undefined) throw new CardDataInvalidError('device_unknown');
    subject.device = device;
    if (device.state !== 'active') throw new CardDataInvalidError('device_blocked');
    if (device.profile.scheme !== ksn.scheme) throw new CardDataInvalidError('payload_shape');
    return device;
  }

  async #claimOf(request: OpenCardRequest, device: Device, { ksn, cipher }: ReaderPayload): Promise<KsnClaim> {
    const cipherFingerprint = await this.#fingerprints.ofCipher(request.tenantId, cipher);
    const { replayWindow } = device.profile;
    return { ksn, cipherFingerprint, intent: request.intent, replayWindow, at: this.clock.now() };
  }
}
