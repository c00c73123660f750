import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import {
  HqIntakePort,
  SwitchPort,
  SwitchRulings,
  TokenFilePort,
  TokenPort,
  VaultPort,
  type Caller,
} from '@tsunagu/contracts';
import { Clock, SystemClock } from '@tsunagu/kernel';
import { AppConfig, ConfigError, type AppName } from './config/app-config.js';
import { Centre } from './database/centre.js';
import { MoneyPool } from './database/money-pool.js';
import { PartitionKeeper, type PartitionZone } from './database/partition-keeper.js';
import { Transactions } from './database/transactions.js';
import { HealthChecks } from './health/health-checks.js';
import { commitsARow } from './health/standard-checks.js';
import { SwitchClient, VaultClient } from './internal-http/card-zone-clients.js';
import { CertificateKeeper } from './internal-http/certificate-keeper.js';
import { HouseCertificate } from './internal-http/house-certificate.js';
import { IntakeClient } from './internal-http/intake-client.js';
import type { HouseDoor } from './internal-http/internal-client.js';
import { SwitchPeers } from './internal-http/switch-peers.js';
import { TokenClient } from './internal-http/token-client.js';
import { TokenFileClient } from './internal-http/token-file-client.js';
import { AppLogger } from './logging/app-logger.js';
import { Metrics } from './metrics/metrics.js';
import { LaneBell } from './queue/lane-bell.js';
import { LaneQueues } from './queue/lane-queues.js';
import { LaneWorkers } from './queue/lane-workers.js';
import { PostgresWakeUps } from './wake-ups/postgres-wake-ups.js';
import { RedisWakeUps } from './wake-ups/redis-wake-ups.js';
import { WakeUps } from './wake-ups/wake-ups.js';

/** Which parts of the platform a process needs. Left out means: not there. */
export interface PlatformParts {
  readonly app: AppName;
  /** `MoneyPool`, `Transactions`, `Centre`; connections of the pool, 16 when `true`. */
  readonly database?: boolean | number;
  /** `LaneBell`, `LaneQueues`, `WakeUps`. */
  readonly lanes?: boolean;
  /** `LaneWorkers`: this process consumes. */
  readonly workers?: boolean;
  /** `VaultClient`, also as `VaultPort`. */
  readonly vault?: boolean;
  /** `SwitchPeers`: the other replicas of the switch. */
  readonly peers?: boolean;
  /** `SwitchClient`, also as `SwitchPort`. */
  readonly switch?: boolean;
  /** `HqIntakePort` and `VaultClient` for lines that come in; null each where its address is not set, and no part of readiness. */
  readonly intake?: boolean;
}

/** Global plumbing of one process: config, log, metrics, health, and the parts it asks for. */
@Module({})
export class PlatformModule {
  static forRoot(parts: PlatformParts): DynamicModule {
    const providers: Provider[] = [...base(parts.app)];
    if (parts.database !== undefined && parts.database !== false) providers.push(...database(parts));
    if (parts.lanes === true) providers.push(...lanes(parts.workers === true));
    if (parts.workers === true) providers.push(LaneWorkers);
    if (parts.vault === true) providers.push(...vault());
    if (parts.switch === true) providers.push(...switchDoor());
    if (parts.intake === true) providers.push(...intake());
    if (parts.peers === true) providers.push(...peers());
    return { module: PlatformModule, global: true, providers, exports: providers };
  }
}

/** The process of each zone that prepares partitions: one place per zone, whichever of its nodes is first. */
const KEEPS_PARTITIONS: Partial<Record<AppName, PartitionZone>> = {
  worker: 'gateway',
  vault: 'vault',
  switch: 'switch',
};

function partitionKeeper(zone: PartitionZone): Provider {
  return {
    provide: PartitionKeeper,
    useFactory: (centre: Centre, clock: Clock, logger: AppLogger, metrics: Metrics) =>
      new PartitionKeeper(zone, centre, clock, logger, metrics),
    inject: [Centre, Clock, AppLogger, Metrics],
  };
}

function base(app: AppName): Provider[] {
  return [
    { provide: AppConfig, useFactory: () => AppConfig.fromEnv(app) },
    { provide: AppLogger, useFactory: (config: AppConfig) => new AppLogger(config), inject: [AppConfig] },
    { provide: Clock, useClass: SystemClock },
    Metrics,
    HealthChecks,
    {
      provide: HouseCertificate,
      useFactory: (config: AppConfig, clock: Clock) =>
        config.isProduction && app !== 'simulator'
          ? new HouseCertificate(config.certificateFiles, app, clock.now())
          : null, // the sandbox is one machine, and has the secret of this start
      inject: [AppConfig, Clock],
    },
    {
      provide: CertificateKeeper,
      useFactory: (certificate: HouseCertificate | null, ...parts: [Clock, AppLogger, Metrics]) =>
        certificate === null ? null : new CertificateKeeper(certificate, ...parts),
      inject: [HouseCertificate, Clock, AppLogger, Metrics],
    },
  ];
}

function database({ app, database: size }: PlatformParts): Provider[] {
  const zone = KEEPS_PARTITIONS[app];
  return [
    ...(zone === undefined ? [] : [partitionKeeper(zone)]),
    {
      provide: MoneyPool,
      useFactory: (config: AppConfig, logger: AppLogger) =>
        new MoneyPool(config.databaseUrl, logger, {
          max: typeof size === 'number' ? size : 16,
          applicationName: config.nodeName,
        }),
      inject: [AppConfig, AppLogger],
    },
    { provide: Transactions, useFactory: (pool: MoneyPool) => new Transactions(pool), inject: [MoneyPool] },
    {
      provide: Centre,
      useFactory: (pool: MoneyPool, health: HealthChecks, config: AppConfig) => {
        const centre = new Centre(pool);
        health.register('database', commitsARow(centre, config.nodeName));
        return centre;
      },
      inject: [MoneyPool, HealthChecks, AppConfig],
    },
  ];
}

function lanes(isWorker: boolean): Provider[] {
  return [
    {
      provide: LaneQueues,
      useFactory: async (config: AppConfig, logger: AppLogger, health: HealthChecks) => {
        const queues = new LaneQueues(config, logger, { connectionsMax: isWorker ? 6 : 4 }); // a worker has six lanes
        if (queues.backend === 'redis') await queues.ping();
        health.register('queue', () => queues.ping());
        return queues;
      },
      inject: [AppConfig, AppLogger, HealthChecks],
    },
    {
      provide: LaneBell,
      useFactory: (queues: LaneQueues, logger: AppLogger, clock: Clock, metrics: Metrics) =>
        new LaneBell(queues, logger, clock, metrics),
      inject: [LaneQueues, AppLogger, Clock, Metrics],
    },
    {
      provide: WakeUps,
      useFactory: (config: AppConfig, centre: Centre, clock: Clock) =>
        config.redisUrl === null
          ? new PostgresWakeUps(centre, { url: config.databaseUrl.reveal(), node: config.nodeName }, clock)
          : new RedisWakeUps({ url: config.redisUrl, node: config.nodeName }),
      inject: [AppConfig, Centre, Clock],
    },
  ];
}

function vault(): Provider[] {
  return [
    {
      provide: VaultClient,
      useFactory: (config: AppConfig, health: HealthChecks, certificate: HouseCertificate | null) => {
        const client = new VaultClient(doorTo(config, { url: config.vaultUrl, variable: 'VAULT_URL' }, certificate));
        health.register('vault', () => client.greet());
        return client;
      },
      inject: [AppConfig, HealthChecks, HouseCertificate],
    },
    { provide: VaultPort, useExisting: VaultClient },
    { provide: TokenPort, useFactory: (client: VaultClient) => new TokenClient(client), inject: [VaultClient] },
    { provide: TokenFilePort, useFactory: (client: VaultClient) => new TokenFileClient(client), inject: [VaultClient] },
  ];
}

function switchDoor(): Provider[] {
  return [
    {
      provide: SwitchClient,
      useFactory: (config: AppConfig, health: HealthChecks, certificate: HouseCertificate | null) => {
        const urls = config.switchUrls.length > 0 ? config.switchUrls : [null];
        const client = new SwitchClient(
          ...urls.map((url) => doorTo(config, { url, variable: 'SWITCH_URL' }, certificate)),
        );
        health.register('switch', () => client.greet());
        return client;
      },
      inject: [AppConfig, HealthChecks, HouseCertificate],
    },
    { provide: SwitchPort, useExisting: SwitchClient },
    { provide: SwitchRulings, useExisting: SwitchClient },
  ];
}

/** A line that comes in needs both; the issuer lines of the same process need neither, so a missing one makes nobody unready. */
function intake(): Provider[] {
  const inject = [AppConfig, HouseCertificate];
  return [
    {
      provide: HqIntakePort,
      useFactory: (config: AppConfig, certificate: HouseCertificate | null) => {
        const url = config.optional('INTAKE_URL');
        return url === null ? null : new IntakeClient(doorTo(config, { url, variable: 'INTAKE_URL' }, certificate));
      },
      inject,
    },
    {
      provide: VaultClient,
      useFactory: (config: AppConfig, certificate: HouseCertificate | null) => {
        const url = config.vaultUrl;
        return url === null ? null : new VaultClient(doorTo(config, { url, variable: 'VAULT_URL' }, certificate));
      },
      inject,
    },
  ];
}

/** The replicas of this process, at the addresses that they publish. */
function peers(): Provider[] {
  return [
    {
      provide: SwitchPeers,
      useFactory: (config: AppConfig, certificate: HouseCertificate | null) =>
        new SwitchPeers((url) => doorTo(config, { url, variable: 'SWITCH_ADDRESS' }, certificate)),
      inject: [AppConfig, HouseCertificate],
    },
  ];
}

/** @throws ConfigError the other side's address is missing, or not https in production */
function doorTo(
  config: AppConfig,
  { url, variable }: { url: string | null; variable: string },
  certificate: HouseCertificate | null,
): HouseDoor {
  if (url === null) throw new ConfigError(variable, 'must be set');
  const caller = config.app as Caller;
  if (certificate === null) return { url, caller, secret: config.internalSecret };
  if (!url.startsWith('https:')) throw new ConfigError(variable, 'must be an https URL in production');
  return { url, caller, certificate };
}
