import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from './write-whole.mjs';

const LENGTH_BYTES = 32;
const KEPT = ['API_KEY_PEPPER', 'WEBHOOK_KEY'];

/**
 * Secrets of this installation. Those that data depends on are kept for its life, the one between processes lives for one start.
 * @param {string} dataDir
 */
export function loadSecrets(dataDir) {
  const file = join(dataDir, 'secrets.json');
  const known = readJson(file) ?? {};
  const kept = Object.fromEntries(KEPT.map((name) => [name, known[name] ?? randomBytes(LENGTH_BYTES).toString('hex')]));
  if (KEPT.some((name) => known[name] === undefined)) writeWhole(file, JSON.stringify(kept, null, 2));
  return { ...kept, INTERNAL_SECRET: newSecret() };
}

/** A secret between processes. */
export function newSecret() {
  return randomBytes(LENGTH_BYTES).toString('hex');
}

/** @returns {any} undefined when there is no such file, or half of one */
export function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}
