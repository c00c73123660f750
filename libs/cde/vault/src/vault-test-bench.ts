import {
  DUKPT_PROFILES,
  EnvelopeOpener,
  SoftwareHsm,
  TerminalDukpt,
  type DukptProfile,
  type TerminalPayload,
} from '@tsunagu/hsm';
import type {
  EncryptedCard,
  EnrolDeviceAnswer,
  OpenCardAnswer,
  OpenCardRequest,
  SealAccountRequest,
} from '@tsunagu/contracts';
import { EnvelopeSealer } from '@tsunagu/hsm';
import { Secret, SystemClock } from '@tsunagu/kernel';
import { AppConfig, AppLogger, Centre, Metrics, MoneyPool, Transactions } from '@tsunagu/platform';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditAnchor } from './audit/audit-anchor.js';
import { AuditChainRepository } from './audit/audit-chain.repository.js';
import { AuditChainer } from './audit/audit-chainer.service.js';
import { AuditLog } from './audit/audit-log.js';
import { AuditSeal } from './audit/audit-seal.js';
import { AuditVerifier } from './audit/audit-verifier.js';
import { AuditWatch } from './audit/audit-watch.js';
import { openKeyRoom, type KeyRoom } from './vault-test-keys.js';
import { DeviceRegistry } from './device/device-registry.js';
import type { EnrolDeviceService } from './device/enrol-device.service.js';
import { DataKeyRotation, RotationPlace } from './keys/data-key-rotation.service.js';
import { CardKeys } from './keys/card-keys.js';
import { IndexRotation, IndexedCards } from './keys/index-rotation.service.js';
import { Fingerprints } from './keys/fingerprints.js';
import { CardOpener } from './open/card-opener.js';
import { KsnClaimRepository } from './open/ksn-claim.repository.js';
import { OpenCardLookups, OpenCardService } from './open/open-card.service.js';
import { OpenRecorder } from './open/open-recorder.js';
import { PaymentPulse } from './open/payment-pulse.js';
import { OpenWatch } from './open/open-watch.js';
import { AddPinService, HeldCards } from './pin/add-pin.service.js';
import { SealAccountService } from './seal/seal-account.service.js';
import { StoredAccounts } from './seal/stored-accounts.js';
import { openTokenRoom, type TokenRoom } from './vault-test-tokens.js';
import { PanOpener } from './token/pan-opener.js';
import { CardRepository } from './token/card.repository.js';
import { TenantKeks } from './token/tenant-keks.js';
import { TenantDataKeys } from './token/tenant-data-keys.js';

/** A clock that a test moves; wall and monotonic time move together. */
export class BenchClock extends SystemClock {
  #ahead = 0;

  advance(ms: number): void {
    this.#ahead += ms;
  }

  override now(): Date {
    return new Date(super.now().getTime() + this.#ahead);
  }

  override monotonicMs(): number {
    return super.monotonicMs() + this.#ahead;
  }
}

/** One vault process without its HTTP door, for integration tests: several share a database and an HSM folder. */
export class VaultNode {
  readonly metrics = new Metrics();
  readonly lines: string[] = [];
  readonly keys!: KeyRoom;
  readonly tokens!: TokenRoom;

  private constructor(
    readonly pool: MoneyPool,
    readonly hsm: SoftwareHsm,
    readonly clock: BenchClock,
    readonly doors: {
      open: OpenCardService;
      addPin: AddPinService;
      seal: SealAccountService;
      enrol: EnrolDeviceService;
      dataKeys: TenantDataKeys;
      rotation: DataKeyRotation;
      index: IndexRotation;
      chainer: AuditChainer;
      verifier: AuditVerifier;
      anchor: AuditAnchor;
    },
  ) {}

  static async start(url: string, directory: string, clock = new BenchClock(), mode = 'sandbox'): Promise<VaultNode> {
    const config = AppConfig.fromEnv('vault', { TSUNAGU_MODE: mode });
    const lines: string[] = [];
    const logger = new AppLogger(config, (line) => void lines.push(line));
    const pool = new MoneyPool(new Secret(url), logger, { max: 8 });
    const hsm = await SoftwareHsm.open({ directory, partition: 'vault', mode: 'sandbox', warn: () => {}, clock });
    const transactions = new Transactions(pool);
    const metrics = new Metrics();
    const devices = new DeviceRegistry(transactions, hsm, clock);
    const auditSeal = await AuditSeal.open(hsm);
    const audit = new AuditLog(clock, auditSeal);
    const anchor = new AuditAnchor(join(directory, 'audit-anchors.jsonl'), clock);
    const chain = new AuditChainRepository(transactions, new Centre(pool));
    const chainer = new AuditChainer(chain, auditSeal, anchor, clock, new AuditWatch(metrics, logger));
    const verifier = new AuditVerifier(chain, auditSeal, anchor);
    const centre = new Centre(pool);
    const sealer = new EnvelopeSealer(hsm, clock);
    const whole = { transactions, centre, hsm, clock, audit, auditSeal, config, devices, sealer, metrics, logger };
    const { keys, enrol } = await openKeyRoom(whole);
    const cards = new CardRepository();
    const dataKeys = new TenantDataKeys(
      hsm,
      keys.ring,
      transactions,
      clock,
      new TenantKeks(hsm, keys.book, keys.inventory),
    );
    const rotation = new DataKeyRotation(centre, transactions, dataKeys, audit, new RotationPlace(keys.ring, clock));
    const fingerprints = new Fingerprints(hsm, keys.ring, clock);
    const recorder = new OpenRecorder(transactions, new KsnClaimRepository(), cards, devices, audit);
    const cardKeys = new CardKeys(dataKeys, fingerprints, keys.ring);
    const opener = new CardOpener(hsm, sealer, cardKeys, clock);
    const pulse = new PaymentPulse(clock);
    const watch = new OpenWatch(metrics, logger, clock, pulse);
    const open = new OpenCardService(new OpenCardLookups(devices, fingerprints), opener, recorder, watch, clock);
    const panOpener = new PanOpener(dataKeys, logger);
    const indexed = new IndexedCards(centre, transactions, cards, panOpener, logger);
    const index = new IndexRotation(indexed, fingerprints, audit, new RotationPlace(keys.ring, clock));
    const stored = new StoredAccounts(transactions, cards, audit, clock);
    const seal = new SealAccountService(stored, panOpener, sealer);
    const held = new HeldCards(hsm, sealer, cardKeys, stored, panOpener);
    const addPin = new AddPinService(devices, held, recorder, watch, clock);
    const tokens = openTokenRoom({ ...whole, keys, pulse, cards, dataKeys, panOpener, fingerprints });
    const node = new VaultNode(pool, hsm, clock, {
      open,
      addPin,
      seal,
      enrol,
      dataKeys,
      rotation,
      index,
      chainer,
      verifier,
      anchor,
    });
    return Object.assign(node, { metrics, lines, keys, tokens });
  }

  open(request: OpenCardRequest): Promise<OpenCardAnswer> {
    return this.doors.open.open(request);
  }

  seal(request: SealAccountRequest): ReturnType<SealAccountService['seal']> {
    return this.doors.seal.seal(request);
  }

  async stop(): Promise<void> {
    await this.pool.onApplicationShutdown();
    this.hsm.close();
  }
}

/** An enrolled reader at a till. */
export class Till {
  readonly #terminal: TerminalDukpt;

  private constructor(
    readonly tenantId: string,
    readonly terminalId: string,
    readonly device: EnrolDeviceAnswer,
    readonly profile: DukptProfile,
  ) {
    this.#terminal = new TerminalDukpt(profile, Buffer.from(device.initialKey, 'hex'), device.initialKeyId);
  }

  static async enrol(
    node: VaultNode,
    scheme: EnrolDeviceAnswer['scheme'],
    tenantId: string = randomUUID(),
  ): Promise<Till> {
    const terminalId = randomUUID();
    const device = await node.doors.enrol.enrol({ tenantId, terminalId, scheme, requestId: 'enrol' });
    return new Till(tenantId, terminalId, device, DUKPT_PROFILES[device.profileName as keyof typeof DUKPT_PROFILES]);
  }

  /** Encrypted card of this counter; without a chip unless its service code says so. */
  payload(counter: number, pan: string, serviceCode = '101'): TerminalPayload {
    const track = `${pan}=2908${serviceCode}0000000000000`;
    const tlv = Buffer.from(`5713${track.replace('=', 'D').padEnd(38, 'F')}9F36020001`, 'hex');
    return this.#terminal.encryptCard(counter, this.profile.content === 'TLV' ? tlv : Buffer.from(`;${track}?`));
  }

  pin(counter: number, pin: string, pan: string): NonNullable<EncryptedCard['pinBlock']> {
    return this.#terminal.encryptPin(counter, pin, pan);
  }

  request(
    counter: number,
    pan: string,
    more: Partial<Omit<OpenCardRequest, 'card'>> & { card?: Partial<EncryptedCard> } = {},
  ): OpenCardRequest {
    const { ksn, iv, ciphertext, mac } = this.payload(counter, pan);
    const format = this.profile.scheme === 'AES-DUKPT' ? 'dukpt_aes' : 'dukpt_tdes';
    const { tenantId, terminalId } = this;
    const card = { format, ksn, iv, ciphertext, mac, entryMode: 'contactless', ...more.card } as const;
    return { tenantId, terminalId, intent: `purchase-${counter}`, requestId: 'req-1', ...more, card };
  }
}

/** A folder for an HSM, the switch's view of it, and how to remove it. */
export async function hsmFolder(): Promise<{
  directory: string;
  opener(clock: BenchClock): Promise<{ opener: EnvelopeOpener; close(): void }>;
  remove(): Promise<void>;
}> {
  const directory = await mkdtemp(join(tmpdir(), 'vault-hsm-'));
  return {
    directory,
    opener: async (clock) => {
      const hsm = await SoftwareHsm.open({ directory, partition: 'switch', mode: 'sandbox', warn: () => {}, clock });
      return { opener: new EnvelopeOpener(hsm), close: () => hsm.close() };
    },
    remove: () => rm(directory, { recursive: true }),
  };
}
