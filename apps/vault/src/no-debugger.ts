import { AppError } from '@tsunagu/kernel';
import { url } from 'node:inspector';

/** A debugger can read every card in memory. */
export class DebuggerRefusedError extends AppError {
  readonly code = 'debugger_refused';
  readonly category = 'internal';

  constructor() {
    super('the vault does not start under a debugger or with heap snapshots in production; remove the option');
  }
}

const OPTION = /^--(inspect|debug|heapsnapshot|heap-prof|diagnostic-dir|report-)/;

/** Options of Node.js that show memory to somebody. @returns the first one given */
export function debuggingOption(execArgv: readonly string[], nodeOptions: string): string | undefined {
  return [...execArgv, ...nodeOptions.split(/\s+/)].find((option) => OPTION.test(option));
}

/**
 * Refuse to handle cards while a debugger could look in. Core dumps are switched off by the supervisor (`ulimit -c 0`):
 * Node.js cannot do it for itself.
 * @throws DebuggerRefusedError production mode with a debugger or a snapshot option
 */
export function refuseDebugger(mode: 'sandbox' | 'production'): void {
  if (mode !== 'production') return;
  const option = debuggingOption(process.execArgv, process.env['NODE_OPTIONS'] ?? '');
  if (option !== undefined || url() !== undefined) throw new DebuggerRefusedError();
  // SIGUSR1 would open the inspector of a running process
  process.on('SIGUSR1', () => undefined);
}
