import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { Trouble } from '../postgres/binaries.mjs';

/** Every listening place of the house. The api's is the one that people know. */
export const PORT_NAMES = [
  'api',
  'apiAdmin',
  'apiInternal',
  'worker',
  'vault',
  'switch',
  'switch2',
  'switch3',
  'hq',
  'simulator',
  'jcb',
  'acq',
  'cup',
  'webTill',
];
export const API_PORT = 4000;

/** Below the range from which systems take ports for outgoing connections: a restarted process finds its port free. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/**
 * Ports for this start: what was asked for, else what was used last time, else free ones.
 * @param {{ wanted?: Record<string, number>, stored?: Record<string, number> }} options 0 = any free one
 * @throws {Trouble} the api's port is taken by another program
 */
export async function choosePorts({ wanted = {}, stored = {} }) {
  const chosen = {};
  for (const name of PORT_NAMES) {
    const asked = wanted[name] ?? (name === 'api' ? (stored.api ?? API_PORT) : undefined);
    if (asked) await requireFree(asked);
    const kept = asked ?? stored[name];
    chosen[name] = kept && (asked || (await isFree(kept))) ? kept : await freePort(Object.values(chosen));
  }
  return chosen;
}

async function requireFree(port) {
  const reason = await tryPort(port);
  if (reason === undefined) return;
  if (reason === 'EADDRINUSE') {
    throw new Trouble(
      `port ${port} is taken by another program: stop it, or start with "npm start -- --port ${port + 1}"`,
    );
  }
  throw new Trouble(`port ${port} cannot be used (${reason}): start with "npm start -- --port ${API_PORT}"`);
}

async function freePort(taken) {
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (!taken.includes(port) && (await isFree(port))) return port;
  }
  throw new Trouble(`no free port between ${LOWEST} and ${HIGHEST}: stop some programs and start again`);
}

const isFree = async (port) => (await tryPort(port)) === undefined;

/** @returns {Promise<string | undefined>} undefined when free, else the system's error code */
function tryPort(port) {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error) => done(error.code));
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}
