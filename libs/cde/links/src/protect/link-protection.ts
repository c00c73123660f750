import { HsmError, type HsmProvider, type KeyRef } from '@tsunagu/hsm';
import type { IsoMessage } from '@tsunagu/iso8583';
import type { Clock } from '@tsunagu/kernel';
import { transportOf, type LinkConfig } from '../config/link-config.js';
import { deriveEnvelopeKey, type EnvelopeKey } from '../envelope/envelope-key.js';
import { StanBlocks } from '../stan/stan-allocator.js';
import { EnvelopeSeal } from './envelope-seal.js';
import { HsmMac } from './hsm-mac.js';
import type { LinkKeys } from './link-keys.js';

/** Counters of a link, and how far one has come. */
export abstract class LinkCounters extends StanBlocks {
  /** @returns the last number that was given out; 0 when none was */
  abstract last(counter: string): Promise<number>;
}

const INSTALLED = '800';
const NO_KEYS = '918';
const OUT_OF_STEP = '919';
/** Byte 3 of field 53. */
const PURPOSES: Readonly<Record<number, Purpose>> = { 1: 'pin', 2: 'mac', 3: 'envelope' };
const ANNOUNCEMENT_BYTES = 10;
const ZONE_KEY = 3;
const BINARY_MAC_BYTES = 8;
const HEX_MAC_BYTES = 16;

type Purpose = 'pin' | 'mac' | 'envelope';

/** What field 53 says of the key in field 96. */
interface Announcement {
  readonly purpose: Purpose;
  /** One more than the last key of its kind on this link. */
  readonly number: number;
  /** Upper-case hex; its first digits decide. */
  readonly kcv: string;
}

/**
 * MAC, envelope and key change of one link, all of it through the HSM: the bytes of a key are seen here only as what is derived from it for
 * the envelope, and live as long as the process.
 *
 * 811 brings a key in field 96 (key block under the link's KEK); field 53 says what it is: 03 · 00 · purpose (1) · number (2) · check value (5).
 * @source reference/iso8583-1993.md §15, §16
 */
export class LinkProtection implements LinkKeys {
  readonly mac: HsmMac | null;
  readonly seal: EnvelopeSeal | null;

  constructor(
    private readonly config: LinkConfig,
    private readonly hsm: HsmProvider,
    private readonly counters: LinkCounters,
    private readonly clock: Clock,
    /** Three wrong MACs in a row: ask the counterpart for keys. */
    private readonly askForKeys: () => void = () => undefined,
  ) {
    const { mac, envelope } = transportOf(config);
    const retire = (key: KeyRef) => this.#destroy(key);
    const width = config.profile === 'ascii' ? HEX_MAC_BYTES : BINARY_MAC_BYTES;
    this.mac = mac && new HsmMac(hsm, { alg: mac.alg, key: this.#ref(mac.key) }, width, { clock, over: retire });
    const about = envelope && { link: config.name, linkId: envelope.linkId };
    const over = (keyId: number) => retire(this.#ref(this.#envelopeKeyName(keyId)));
    this.seal = about && new EnvelopeSeal(about, counters, clock, over);
  }

  /** Find the keys that are in use now; before a line is opened, by the process that leads the link. @throws HsmError, DatabaseError */
  async load(): Promise<void> {
    const { mac, envelope } = transportOf(this.config);
    if (mac !== null && this.mac !== null) {
      const newest = this.#ref(this.#macKeyName(mac.key, await this.counters.last(this.#counter('mac'))));
      if (newest.id !== this.mac.keys.current.id) this.mac.keys.change(newest);
    }
    if (envelope === null || this.seal === null) return;
    for (const { id, key, endpoint } of envelope.keys) {
      const known = await this.#derived(id, key).catch(keyGone);
      if (known !== undefined) await this.seal.use(known, endpoint);
    }
    const last = await this.counters.last(this.#counter('envelope'));
    if (last === 0) return;
    const number = this.#firstEnvelopeNumber + last - 1;
    await this.seal.use(await this.#derived(number, this.#envelopeKeyName(number)), this.#primary);
  }

  async install(request: IsoMessage): Promise<string> {
    const said = readAnnouncement(request.bytes(53));
    const block = request.bytes(96);
    const { kek } = transportOf(this.config);
    if (said === undefined || block === undefined) return OUT_OF_STEP;
    if (kek === null || !this.#uses(said.purpose)) return NO_KEYS;
    const isNext = said.number === (await this.#nextNumber(said.purpose));
    if (!isNext) return OUT_OF_STEP;
    try {
      await this.#import(said, block.toString('latin1'), this.#ref(kek));
      await this.counters.reserve(this.#counter(said.purpose), 1);
      await this.#useNew(said);
      return INSTALLED;
    } catch (error) {
      if (!(error instanceof HsmError)) throw error;
      return error.reason === 'format' ? OUT_OF_STEP : NO_KEYS;
    }
  }

  distrust(): void {
    this.askForKeys();
  }

  async #import(said: Announcement, keyBlock: string, kbpk: KeyRef): Promise<void> {
    const { id, usage, scope } = this.#place(said);
    await this.hsm.importKeyBlock({ id, scope, kbpk, keyBlock, expect: { usage, kcv: said.kcv } });
  }

  #place(said: Announcement): { id: string; usage: 'P0' | 'M3' | 'M6'; scope: 'link-pin' | 'link-mac' } {
    const { mac } = transportOf(this.config);
    switch (said.purpose) {
      case 'pin':
        return { id: `link-pin-${this.config.name}-v${said.number}`, usage: 'P0', scope: 'link-pin' };
      case 'mac': {
        const usage = mac?.alg === 'RETAIL-8' ? 'M3' : 'M6';
        return { id: this.#macKeyName(mac?.key ?? '', said.number), usage, scope: 'link-mac' };
      }
      case 'envelope':
        return { id: this.#envelopeKeyName(said.number), usage: 'M6', scope: 'link-mac' };
    }
  }

  async #useNew(said: Announcement): Promise<void> {
    const { id } = this.#place(said);
    if (said.purpose === 'mac') this.mac?.keys.change(this.#ref(id));
    if (said.purpose === 'envelope') await this.seal?.use(await this.#derived(said.number, id), this.#primary);
  }

  #uses(purpose: Purpose): boolean {
    if (purpose === 'pin') return this.config.pin !== null;
    return purpose === 'mac' ? this.mac !== null : this.seal !== null;
  }

  async #nextNumber(purpose: Purpose): Promise<number> {
    const next = (await this.counters.last(this.#counter(purpose))) + 1;
    return purpose === 'envelope' ? this.#firstEnvelopeNumber + next - 1 : next;
  }

  /** Numbers of the links file come first; 811 goes on after the largest. */
  get #firstEnvelopeNumber(): number {
    return Math.max(0, ...(transportOf(this.config).envelope?.keys.map(({ id }) => id) ?? [])) + 1;
  }

  get #primary(): string {
    return transportOf(this.config).endpoints.find(({ role }) => role === 'primary')?.name ?? '';
  }

  #envelopeKeyName(keyId: number): string {
    const named = transportOf(this.config).envelope?.keys.find(({ id }) => id === keyId);
    return named?.key ?? `link-envelope-${this.config.name}-v${keyId}`;
  }

  #macKeyName(first: string, number: number): string {
    return number === 0 ? first : `link-mac-${this.config.name}-v${number}`;
  }

  #counter(purpose: Purpose): string {
    return `${this.config.name}#${purpose}-key`;
  }

  #derived(id: number, key: string): Promise<EnvelopeKey> {
    const linkId = transportOf(this.config).envelope?.linkId ?? '';
    const cmac = (data: Buffer) => this.hsm.generateMac({ key: this.#ref(key), alg: 'AES-CMAC-16', data });
    return deriveEnvelopeKey({ id, linkId }, cmac);
  }

  #ref(id: string): KeyRef {
    return { provider: this.hsm.name, id };
  }

  /** An old key that stays because the HSM is away is refused all the same: nothing accepts it any more. */
  #destroy(key: KeyRef): void {
    void this.hsm.destroyKey(key).catch(() => undefined);
  }
}

function readAnnouncement(bytes: Buffer | undefined): Announcement | undefined {
  if (bytes?.length !== ANNOUNCEMENT_BYTES || bytes[0] !== ZONE_KEY) return undefined;
  const purpose = PURPOSES[bytes[2] ?? 0];
  if (purpose === undefined) return undefined;
  const kcv = bytes.subarray(5).toString('hex').toUpperCase().replace(/0000$/, ''); // a TDES check value has three bytes
  return { purpose, number: bytes.readUInt16BE(3), kcv };
}

/** A key of the links file that was changed and destroyed since is no fault. */
function keyGone(error: unknown): undefined {
  if (error instanceof HsmError && error.reason === 'key_unknown') return undefined;
  throw error;
}
