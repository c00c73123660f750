import type { Sandbox } from './till/sandbox-file.js';

export type ProcessName = 'api' | 'worker' | 'vault' | 'switch' | 'simulator' | 'postgres';

export interface StartOptions {
  readonly dataDir: string;
  /** By name (api, apiAdmin, worker, vault, switch, simulator, jcb, acq, cup); 0 = any free one. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly databaseUrl?: string;
  readonly redisUrl?: string;
  /** Overrides of every entry of the links file. */
  readonly timers?: Readonly<Record<string, unknown>>;
  /** Replicas of the switch; 1 unless said otherwise. */
  readonly switches?: number;
  readonly extraEnv?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly say?: (line: string) => void;
  readonly onHouse?: (house: House) => void;
}

/** A running house. */
export interface House {
  readonly dataDir: string;
  readonly sandboxFile: string;
  readonly sandbox: Sandbox;
  readonly ports: Readonly<Record<string, number>>;
  readonly urls: Readonly<
    Record<'api' | 'apiAdmin' | 'worker' | 'vault' | 'switch' | 'simulator' | 'ledger' | 'faults' | 'webTill', string>
  >;
  readonly pids: Readonly<Record<ProcessName, number | undefined>>;
  readonly restarts: Readonly<Record<ProcessName, number>>;
  readonly postgresDir: string | undefined;
  readonly internalSecret: string;
  databaseUrl(role?: string): string;
  adminUrl(app: string): string;
  kill9(name: ProcessName): Promise<void>;
  waitReady(timeoutMs?: number): Promise<void>;
  killAll(): void;
  stop(): Promise<void>;
}

export function start(options: StartOptions): Promise<House>;
