export interface ManagedProcessOptions {
  readonly name: string;
  readonly main: string;
  readonly env: () => Record<string, string>;
  readonly logDir: string;
  readonly isReady: () => Promise<boolean>;
  readonly onCrash?: (words: string) => void;
  readonly onStart?: () => void;
}

export class ManagedProcess {
  constructor(options: ManagedProcessOptions);
  readonly pid: number | undefined;
  readonly restarts: number;
  readonly failuresInRow: number;
  start(): void;
  kill9(): Promise<void>;
  stop(timeoutMs?: number): Promise<void>;
}
