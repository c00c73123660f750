import { Injectable, type LoggerService } from '@nestjs/common';
import { pino, stdTimeFunctions, type Logger } from 'pino';
import type { AppConfig } from '../config/app-config.js';
import { safeError, safeFacts } from './safe-facts.js';
import { scrubCardNumbers } from './scrub.js';

type Level = 'info' | 'warn' | 'error' | 'debug';
/** Where finished lines go; standard output unless a test says otherwise. */
export type LogSink = (line: string) => void;

/**
 * The log of a process: JSON lines with ISO timestamps (13-digit epoch numbers look like card numbers).
 *
 * Call it with a constant message and facts. Facts pass a filter by type and name, errors lose what strangers wrote
 * into them, and the finished line passes a scrubber of card numbers. JSON encodes newlines and control characters.
 */
@Injectable()
export class AppLogger implements LoggerService {
  readonly #pino: Logger;

  constructor(
    config: Pick<AppConfig, 'app' | 'nodeName' | 'logLevel'>,
    sink: LogSink = (line) => void process.stdout.write(line),
  ) {
    this.#pino = pino(
      {
        level: config.logLevel,
        base: { app: config.app, node: config.nodeName },
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
        messageKey: 'message',
      },
      { write: (line: string) => sink(scrubCardNumbers(line)) },
    );
  }

  log(message: string, facts?: Record<string, unknown> | string): void {
    // Nest narrates every route and module as it starts: that is not news.
    if (typeof facts !== 'string') this.#write('info', message, facts);
  }

  warn(message: string, facts?: Record<string, unknown> | string): void {
    this.#write('warn', message, facts);
  }

  /** `facts.error` may be anything that was thrown. Nest itself calls with an error or a text first. */
  error(message: unknown, facts?: unknown): void {
    this.#write('error', message, facts);
  }

  debug(message: string, facts?: Record<string, unknown> | string): void {
    if (typeof facts !== 'string') this.#write('debug', message, facts);
  }

  #write(level: Level, message: unknown, facts: unknown): void {
    if (typeof message !== 'string') return this.#pino[level]({ error: safeError(message) }, 'an error escaped');
    // A text in second place is Nest's: its messages quote other people's errors and are not repeated.
    if (typeof facts === 'string')
      return this.#pino[level]({ source: facts.slice(0, 40).split('\n')[0] }, 'the framework reports');
    const { error, ...rest } = (facts ?? {}) as Record<string, unknown>;
    const shown = safeFacts(rest);
    this.#pino[level](error === undefined ? shown : { ...shown, error: safeError(error) }, message);
  }
}
