import { AppLogger } from './logging/app-logger.js';

/** For specs of this lib: a log that keeps its lines instead of printing them. */
export function quietLogger(lines: string[] = []): AppLogger {
  return new AppLogger({ app: 'operator', nodeName: 'spec', logLevel: 'debug' }, (line) => void lines.push(line));
}
