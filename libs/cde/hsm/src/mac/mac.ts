import { createHmac } from 'node:crypto';
import type { MacAlg } from '../provider/hsm-provider.js';
import { cmac } from './cmac.js';
import { retailMac } from './iso9797.js';

/** How each MAC of the port is computed and cut. RETAIL is ISO 9797-1 algorithm 3 with padding method 1, as DUKPT terminals use it. */
const COMPUTE: Readonly<Record<MacAlg, (key: Buffer, data: Buffer) => Buffer>> = {
  'AES-CMAC-16': (key, data) => cmac('AES', key, data),
  'AES-CMAC-8': (key, data) => cmac('AES', key, data).subarray(0, 8),
  'TDES-CMAC-8': (key, data) => cmac('TDES', key, data),
  'HMAC-SHA256': (key, data) => createHmac('sha256', key).update(data).digest(),
  'RETAIL-4': (key, data) => retailMac(key, data, 1).subarray(0, 4),
  'RETAIL-8': (key, data) => retailMac(key, data, 1),
};

/** MAC of `data` under `key`, cut to the length in the algorithm's name. */
export function computeMac(alg: MacAlg, key: Buffer, data: Buffer): Buffer {
  return COMPUTE[alg](key, data);
}
