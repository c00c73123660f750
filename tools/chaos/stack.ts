import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The whole house, as `tools/supervisor.mjs` starts it. */
export interface Stack {
  readonly dataDir: string;
  readonly pids: Readonly<Record<string, number | undefined>>;
  readonly restarts: Readonly<Record<string, number>>;
  readonly urls: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  /** Where the database keeps its files; undefined when it is an external one. */
  readonly postgresDir: string | undefined;
  databaseUrl(role?: string): string;
  kill9(name: string): Promise<void>;
  /** Roll the secret between the processes; settles when all of them have the new one. */
  rotateInternalSecret(): Promise<void>;
  waitReady(timeoutMs?: number): Promise<void>;
  stop(): Promise<void>;
}

export interface StackOptions {
  readonly dataDir: string;
  /** Replaces timers of every link: reply time-out, echo, schedule of reversals. */
  readonly timers?: Readonly<Record<string, unknown>>;
  readonly redisUrl?: string;
  /** Replicas of the switch. */
  readonly switches?: number;
  readonly extraEnv?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly say?: (line: string) => void;
}

/** Ports of a second house beside a running one: every place is a free one. */
const ANY_PORTS = { api: 0 };

/** Loaded from its place, not bundled: the supervisor finds apps and binaries relative to itself. */
export async function startStack(root: string, options: StackOptions): Promise<Stack> {
  const module = (await import(pathToFileURL(join(root, 'tools', 'supervisor.mjs')).href)) as {
    start(given: StackOptions & { ports: Record<string, number> }): Promise<Stack>;
  };
  return module.start({ ports: ANY_PORTS, ...options });
}
