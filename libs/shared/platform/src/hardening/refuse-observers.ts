import { readFileSync } from 'node:fs';
import { url } from 'node:inspector';
import { AppError } from '@tsunagu/kernel';

/** Somebody could look into a process that holds cards. Names what must go. */
export class ObserverRefusedError extends AppError {
  readonly code = 'observer_refused';
  readonly category = 'internal';

  constructor(what: string) {
    super(`a process of the card zone does not start in production with ${what}`, { rule: what });
  }
}

/** Debuggers, snapshots, profiles, reports, core dumps on a crash, and code that comes along before ours. */
const OPTION =
  /^(--(inspect|debug|heapsnapshot|heap-prof|cpu-prof|diagnostic-dir|report-|abort-on-uncaught-exception|require|import|loader|experimental-loader)|-r$)/;

/** Options of Node.js that show memory to somebody. @returns the first one given, without its value */
export function observingOption(execArgv: readonly string[], nodeOptions: string): string | undefined {
  const given = [...execArgv, ...nodeOptions.split(/\s+/)].find((option) => OPTION.test(option));
  return given?.split('=')[0];
}

/**
 * May the kernel write the memory of this process to a disk?
 * @param limits text of `/proc/self/limits`
 */
export function leavesCoreDumps(limits: string): boolean {
  const [, soft] = /^Max core file size\s+(\S+)/m.exec(limits) ?? [];
  return soft !== undefined && soft !== '0';
}

/**
 * Refuse to handle cards while anybody could look in. Node.js cannot switch core dumps off for itself: the container starts it with
 * `prlimit --core=0`, and this only checks.
 * @throws ObserverRefusedError production mode with a debugger, an option that shows memory, or core dumps on
 */
export function refuseObservers(mode: 'sandbox' | 'production'): void {
  if (mode !== 'production') return;
  // first of all: SIGUSR1 would open the inspector of a running process
  process.on('SIGUSR1', () => undefined);
  const option = observingOption(process.execArgv, process.env['NODE_OPTIONS'] ?? '');
  if (option !== undefined) throw new ObserverRefusedError(`the option ${option}`);
  if (url() !== undefined) throw new ObserverRefusedError('a debugger');
  if (process.platform === 'linux' && leavesCoreDumps(readFileSync('/proc/self/limits', 'utf8'))) {
    throw new ObserverRefusedError('core dumps on; start it by prlimit --core=0');
  }
}
