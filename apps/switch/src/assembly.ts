import { randomInt } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { EnvelopeOpener, type HsmProvider } from '@tsunagu/hsm';
import { compileSpec, type IsoMessage } from '@tsunagu/iso8583';
import { Clock } from '@tsunagu/kernel';
import {
  LinkProtection,
  StanAllocator,
  dialerFor,
  specOf,
  type LineMeans,
  type LineObserver,
  type LinkConfig,
} from '@tsunagu/links';
import { AppConfig, AppLogger, Centre, HealthChecks, Metrics, Transactions } from '@tsunagu/platform';
import {
  LinkLease,
  NegativeList,
  PostgresJournal,
  PostgresStanBlocks,
  SwitchingService,
  reconciliationParts,
  type ReconciliationParts,
  type SwitchingPorts,
} from '@tsunagu/switching';
import { HsmEnvelopes } from './cards/hsm-envelopes.js';
import { HsmFingerprints } from './cards/hsm-fingerprints.js';
import { openSwitchHsm } from './cards/hsm.factory.js';
import { LinkPinKeys } from './cards/link-pin-keys.js';
import { LinkDesk } from './links/link-desk.js';
import { LinkDesks } from './links/link-desks.js';
import { LinkStrays } from './links/link-strays.js';
import { readLinksFile } from './links/links-file.js';
import { CardDeclines } from './routing/card-declines.js';
import { Router } from './routing/router.js';
import { HttpDetailSource } from './reconciliation/http-detail-source.js';
import { SwitchMetrics } from './observability/switch-metrics.js';

/** What the process gives everything in it. */
@Injectable()
export class Surroundings {
  constructor(
    readonly config: AppConfig,
    readonly logger: AppLogger,
    readonly clock: Clock,
    readonly metrics: Metrics,
    readonly health: HealthChecks,
  ) {}
}

/** Where the switch keeps its books. */
@Injectable()
export class Storage {
  constructor(
    readonly transactions: Transactions,
    readonly centre: Centre,
  ) {}
}

/** The parts of a running switch, bound to each other. */
export interface Assembly {
  readonly desks: LinkDesks;
  readonly ports: SwitchingPorts;
  readonly service: SwitchingService;
  readonly pinKeys: LinkPinKeys;
  readonly ear: Ear;
  readonly negativeList: NegativeList;
  readonly reconciliation: ReconciliationParts;
}

/** Bind ports to implementations. @throws ConfigError, LinkConfigError, KeyStoreError */
export async function assembleSwitch(house: Surroundings, storage: Storage): Promise<Assembly> {
  const links = readLinksFile(house.config);
  const hsm = await openSwitchHsm(house.config, house.logger, house.health, links);
  const log = new SwitchMetrics(house.metrics, house.logger, house.clock);
  const ear = new Ear(log, house.logger, new LinkStrays(storage.centre, house.clock));
  const router = Router.open(house.config, links, new CardDeclines(storage.transactions), house.clock);
  const desks = new LinkDesks(
    links.map((link) => deskOf(link, house, { ...storage, hsm }, ear)),
    router,
    log,
  );
  const journal = new PostgresJournal(storage.transactions, storage.centre);
  const pinKeys = new LinkPinKeys(hsm, links, house.logger);
  await pinKeys.start();
  const sadOpened = house.metrics.counter('tsunagu_switch_sad_opened_total', 'Sensitive parts opened for a message');
  const envelopes = new HsmEnvelopes(new EnvelopeOpener(hsm), hsm, pinKeys, () => sadOpened.inc());
  const negativeList = new NegativeList(storage.centre, await HsmFingerprints.open(hsm), house.clock, log);
  const source = new HttpDetailSource(links);
  const reconciliation = reconciliationParts({ centre: storage.centre, source, clock: house.clock, log });
  const risks = { cardRisk: negativeList, watches: reconciliation.books };
  const ports: SwitchingPorts = { journal, desks, envelopes, clock: house.clock, log, ...risks };
  const service = new SwitchingService(ports);
  ear.service = service;
  return { desks, ports, service, pinKeys, ear, negativeList, reconciliation };
}

function deskOf(link: LinkConfig, house: Surroundings, storage: Storage & { hsm: HsmProvider }, ear: Ear): LinkDesk {
  const node = { name: house.config.nodeName, address: addressOf(house.config) };
  const lease = new LinkLease(link.name, node, storage.centre, house.clock);
  const blocks = new PostgresStanBlocks(storage.centre, { link: link.name, lease });
  const keys: LinkProtection = new LinkProtection(link, storage.hsm, blocks, house.clock, () => ear.askForKeys(desk));
  const means: LineMeans = {
    codec: compileSpec(specOf(link)),
    clock: house.clock,
    dialer: dialerFor(link),
    stans: (isLive) => new StanAllocator(blocks, link.name, isLive),
    observer: ear,
    answerRequest: (message) => ear.answer(link.name, message),
    random: () => randomInt(1_000_000) / 1_000_000,
    mac: keys.mac,
    seal: keys.seal,
    keys,
  };
  const desk = new LinkDesk(link, lease, means, house.logger, keys);
  return desk;
}

/** Where the other replicas reach this process: as its environment says, else on this machine. */
function addressOf(config: AppConfig): string {
  return config.optional('SWITCH_ADDRESS') ?? (config.isProduction ? '' : `http://127.0.0.1:${config.port}`);
}

/** What counterparts say on their own: requests, and business dates. */
export interface PeerListener {
  answer(link: string, message: IsoMessage): Promise<IsoMessage | undefined>;
  hearCutover(link: string, date: string): Promise<void>;
}

/** Lines are made before the service that listens to them: it moves in when it exists. */
export class Ear implements LineObserver {
  service: SwitchingService | undefined;
  peers: PeerListener | undefined;

  constructor(
    private readonly metrics: SwitchMetrics,
    private readonly logger: AppLogger,
    private readonly strays: LinkStrays,
  ) {}

  async answer(link: string, message: IsoMessage): Promise<IsoMessage | undefined> {
    try {
      return await this.peers?.answer(link, message);
    } catch (error) {
      this.logger.error('a request of a counterpart could not be answered', { link, error });
      return undefined; // it asks again
    }
  }

  /** Three wrong MACs in a row: the counterpart is asked for new keys, and people are told. */
  askForKeys({ line, config }: LinkDesk): void {
    line.askForKeys().catch((error: unknown) => {
      this.logger.error('a counterpart could not be asked for keys', { link: config.name, error });
    });
  }

  onCutover: LineObserver['onCutover'] = (link, date) => {
    this.peers?.hearCutover(link, date).catch((error: unknown) => {
      this.logger.error('a cutover could not be kept', { link, error });
    });
  };
  onEnded: LineObserver['onEnded'] = (link, mti, result) => this.metrics.ended(link, mti, result);
  onState: LineObserver['onState'] = (link, state) => this.metrics.state(link, state);
  onConnection: LineObserver['onConnection'] = (link, number, state) => this.metrics.connection(link, number, state);
  onBreaker: LineObserver['onBreaker'] = (link, state) => this.metrics.breaker(link, state);
  onEndpoint: LineObserver['onEndpoint'] = (link, endpoint) => this.metrics.endpoint(link, endpoint);
  onUnreachable: LineObserver['onUnreachable'] = (link, endpoint, code) =>
    this.metrics.unreachable(link, endpoint, code);
  onRefused: LineObserver['onRefused'] = (link, fault) => this.metrics.refused(link, fault);
  onKeysOutOfStep: LineObserver['onKeysOutOfStep'] = (link) =>
    this.metrics.alarm('keys of a link out of step', { link });
  onNotice: LineObserver['onNotice'] = (link, functionCode) => this.metrics.notice(link, functionCode);
  onMalformed: LineObserver['onMalformed'] = (link, fault) => this.metrics.malformed(link, fault);
  onEcho: LineObserver['onEcho'] = (link, roundTripMs) => this.metrics.echo(link, roundTripMs);
  onStray: LineObserver['onStray'] = (link, stray) => {
    this.metrics.stray(link, stray.kind);
    const heard = [this.strays.write(link, stray), this.service?.hearStray(link, stray) ?? Promise.resolve()];
    Promise.all(heard).catch((error: unknown) => {
      this.logger.error('a stray answer could not be recorded', { link, kind: stray.kind, error });
    });
  };
}
