import type { Dukpt } from '@tsunagu/hsm';
import { createHash, randomBytes } from 'node:crypto';

/**
 * A key id for a new device: the key set names the base key, the device part is random.
 * Whether it is free is decided by the global index, not here.
 *
 * AES: key set (4 bytes) ‖ device (4). TDES: FFFF ‖ key set (3 bytes) ‖ device (19 bits) ‖ counter (21 bits, zero).
 */
export function newInitialKeyId(bdkId: string, scheme: Dukpt['scheme']): string {
  const keySet = createHash('sha256').update(`${bdkId}|${scheme}`).digest();
  if (scheme === 'AES-DUKPT')
    return Buffer.concat([keySet.subarray(0, 4), randomBytes(4)])
      .toString('hex')
      .toUpperCase();
  const tail = Buffer.alloc(5);
  tail.writeUIntBE((randomBytes(3).readUIntBE(0, 3) & 0x7ffff) * 2 ** 21, 0, 5);
  return Buffer.concat([Buffer.from('FFFF', 'hex'), keySet.subarray(0, 3), tail])
    .toString('hex')
    .toUpperCase();
}
