import { Injectable } from '@nestjs/common';
import type { SealedEnvelope } from '@tsunagu/contracts';
import { EnvelopeSealer, HsmProvider, Ksn } from '@tsunagu/hsm';
import { Clock } from '@tsunagu/kernel';
import { DeviceRegistry } from '../device/device-registry.js';
import type { Device } from '../device/device.js';
import { CardKeys } from '../keys/card-keys.js';
import type { KsnClaim } from '../open/ksn-claim.repository.js';
import { OpenRecorder, type OpenSubject } from '../open/open-recorder.js';
import { OpenWatch } from '../open/open-watch.js';
import { refusalOf } from '../open/refusal-of.js';
import { StoredAccounts } from '../seal/stored-accounts.js';
import { PanOpener } from '../token/pan-opener.js';
import { CardDataInvalidError } from '../vault-errors.js';
import type { HeldCardRequest } from './add-pin-request.js';
import { pinKsn, translatePin, type ZonePin } from './zone-pin.js';

type Subject = { -readonly [K in keyof OpenSubject]: OpenSubject[K] } & { readonly request: HeldCardRequest };

/** The cryptographic half: the number of a held card for as long as its PIN is translated, and the sealing of both. */
@Injectable()
export class HeldCards {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly sealer: EnvelopeSealer,
    private readonly keys: CardKeys,
    private readonly accounts: StoredAccounts,
    private readonly opener: PanOpener,
  ) {}

  fingerprint(tenantId: string, block: Buffer): Promise<KsnClaim['cipherFingerprint']> {
    return this.keys.fingerprints.ofCipher(tenantId, block);
  }

  /** Translate and lay over. @throws CardDataInvalidError, TokenMissingError, HsmError */
  async seal(device: Device, ksn: Ksn, request: HeldCardRequest): Promise<SealedEnvelope> {
    const pin = await this.#zonePin(device, ksn, request);
    const { tenantId, envelope } = request;
    // What the card was read by stands in the part below, which this side cannot open: there it counts.
    const sad = await this.sealer.addPin(tenantId, envelope.sad, { ...pin, entry: 'contactless' });
    return { sad, account: envelope.account };
  }

  async #zonePin(device: Device, ksn: Ksn, request: HeldCardRequest): Promise<ZonePin> {
    const { tenantId, tokenId, requestId, pinBlock } = request;
    const facts = { device: device.id, initial_key_id: ksn.initialKeyId, counter: ksn.counter };
    const asked = { tenantId, tokenId, requestId, facts, operation: 'add_pin', why: 'pin' } as const;
    const stored = await this.accounts.find({ ...asked, standing: 'follows', intent: null });
    const pan = await this.opener.open(tokenId, stored);
    try {
      return await translatePin(this.hsm, this.keys.ring.current('zone-pin'), { device, pinBlock, pan });
    } finally {
      pan.fill(0);
    }
  }
}

/**
 * Lays a PIN over a card that was read before and is held: claim of the PIN's own KSN, audit, translation to the zone key, sealing.
 * Nothing authenticates a PIN block, so its KSN is claimed before it is looked into: a wrong one has used up its counter.
 * @source card-crypto.md §5, §6
 */
@Injectable()
export class AddPinService {
  constructor(
    private readonly devices: DeviceRegistry,
    private readonly cards: HeldCards,
    private readonly recorder: OpenRecorder,
    private readonly watch: OpenWatch,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws CardDataInvalidError a block of another card, another key or another reader; one answer for all
   * @throws KsnReplayError, KsnStaleError, TokenMissingError, HsmError
   */
  async add(request: HeldCardRequest): Promise<{ envelope: SealedEnvelope }> {
    const subject: Subject = { request, operation: 'add_pin', device: undefined, ksn: undefined };
    try {
      return { envelope: await this.#add(subject) };
    } catch (error) {
      const result = refusalOf(error);
      if (result === undefined) throw error;
      this.watch.refused(request, result, subject.device);
      await this.recorder.refuse(subject, result);
      throw error;
    }
  }

  async #add(subject: Subject): Promise<SealedEnvelope> {
    const { request } = subject;
    const ksn = pinKsn(request.pinBlock.format === 'iso4' ? 'AES-DUKPT' : 'TDES-DUKPT', request.pinBlock);
    subject.ksn = ksn;
    const device = await this.#device(subject, ksn);
    await this.recorder.claim(subject, await this.#claimOf(request, device, ksn));
    return this.cards.seal(device, ksn, request);
  }

  async #device(subject: Subject, ksn: Ksn): Promise<Device> {
    const { tenantId, terminalId } = subject.request;
    const device = await this.devices.find(tenantId, terminalId, ksn.initialKeyId);
    if (device === undefined) throw new CardDataInvalidError('device_unknown');
    subject.device = device;
    if (device.state !== 'active') throw new CardDataInvalidError('device_blocked');
    if (device.profile.scheme !== ksn.scheme) throw new CardDataInvalidError('payload_shape');
    return device;
  }

  async #claimOf(request: HeldCardRequest, device: Device, ksn: Ksn): Promise<KsnClaim> {
    const { tenantId, intent, pinBlock } = request;
    const cipherFingerprint = await this.cards.fingerprint(tenantId, Buffer.from(pinBlock.data, 'hex'));
    const { replayWindow } = device.profile;
    return { ksn, cipherFingerprint, intent, replayWindow, at: this.clock.now() };
  }
}
