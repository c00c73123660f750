import { connect } from 'node:net';
import { Trouble } from '../postgres/binaries.mjs';

const PATIENCE_MS = 5_000;

/** Whether somebody listens where the queue shall be; before anything else is started. @throws {Trouble} nobody does */
export async function requireRedis(url) {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^rediss?:$/.test(parsed.protocol)) {
    throw new Trouble('REDIS_URL is no address of a Redis: write redis://host:6379');
  }
  const [host, port] = [parsed.hostname, Number(parsed.port || 6379)];
  const trouble = await knock(host.replace(/^\[|\]$/g, ''), port);
  if (trouble === undefined) return;
  throw new Trouble(
    `no Redis answers at ${host}:${port} (${trouble}): start it, correct REDIS_URL, or unset it (the queue is then on PostgreSQL)`,
  );
}

/** @returns {Promise<string | undefined>} undefined when the door opens, else the system's error code */
function knock(host, port) {
  return new Promise((done) => {
    const socket = connect({ host, port, timeout: PATIENCE_MS });
    const end = (code) => (socket.destroy(), done(code));
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('ETIMEDOUT'));
    socket.once('error', (error) => end(error.code ?? error.message));
  });
}
