/** An expected trouble with a remedy: shown as one line, without a stack. */
export class Trouble extends Error {}

export interface EmbeddedPostgres {
  readonly socketDir: string;
  readonly dataDir: string;
  readonly pid: number;
  /** This process started the server, and `stop` will stop it. */
  readonly owned: boolean;
  /** Settles when an owned server is gone, for whatever reason. */
  readonly exited: Promise<void> | undefined;
  url(role?: string, database?: string): string;
  stop(): Promise<void>;
}

export function startPostgres(options: {
  dataDir: string;
  settings?: Record<string, string>;
  takeOver?: boolean;
}): Promise<EmbeddedPostgres>;

export function removePostgresData(dataDir: string): Promise<void>;
