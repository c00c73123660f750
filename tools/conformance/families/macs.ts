import { createHmac } from 'node:crypto';
import { cbcMac, cmac, kcvCmac, kcvEcb, retailMac, type MacAlg, type MacPadding } from '@tsunagu/hsm/primitives';
import type { Family } from '../family.js';
import { CaseFailure, refuses, same, type VectorCase } from '../vector-case.js';

type Compute = (key: Buffer, message: Buffer, padding: () => MacPadding) => Buffer;

const ALGORITHMS: Readonly<Record<string, Compute>> = {
  'AES-CMAC': (key, message) => cmac('AES', key, message),
  'TDES-CMAC': (key, message) => cmac('TDES', key, message),
  'ISO9797-1-ALG1-TDES': (key, message, padding) => cbcMac('TDES', key, message, padding()),
  'ISO9797-1-ALG1-AES': (key, message, padding) => cbcMac('AES', key, message, padding()),
  'ISO9797-1-ALG3': (key, message, padding) => retailMac(key, message, padding()),
  'HMAC-SHA256': (key, message) => createHmac('sha256', key).update(message).digest(),
};

/** The same algorithm under the name of the HSM port, which has what terminals and lines use. */
function portAlg(alg: string, padding: MacPadding | undefined): MacAlg | undefined {
  if (alg === 'AES-CMAC') return 'AES-CMAC-16';
  if (alg === 'TDES-CMAC') return 'TDES-CMAC-8';
  if (alg === 'ISO9797-1-ALG3' && padding === 1) return 'RETAIL-8';
  return alg === 'HMAC-SHA256' ? alg : undefined;
}

function paddingOf(one: VectorCase): MacPadding {
  const padding = one.count('padding');
  if (padding !== 1 && padding !== 2 && padding !== 3) throw new CaseFailure('padding is not 1, 2 or 3');
  return padding;
}

/** MACs under a stored key, not truncated. */
export const macs: Family = {
  name: 'macs',
  recognises: (one) => one.has('alg') && one.has('message') && one.has('mac'),
  async run(one, target) {
    const alg = one.text('alg');
    const compute = ALGORITHMS[alg];
    if (compute === undefined) throw new CaseFailure('alg is not known');
    const [key, message, mac] = [one.bytes('key'), one.bytes('message'), one.bytes('mac')];
    const padding = one.has('padding') ? paddingOf(one) : undefined;
    const needed = (): MacPadding => {
      if (padding === undefined) throw new CaseFailure('padding is missing');
      return padding;
    };
    const known = portAlg(alg, padding);
    const isRight = one.isAccepted;
    const onHsm = known === undefined ? 'not supported' : await target.mac({ alg: known, key, message, mac, isRight });
    if (!target.isSoftware) return onHsm;
    const own = compute(key, message, needed);
    if (isRight) same('mac', own, mac);
    else if (own.equals(mac)) throw new CaseFailure('was accepted and must be refused');
    return 'passed';
  },
};

/** Key check values. */
export const kcvs: Family = {
  name: 'kcv',
  recognises: (one) => one.has('algorithm') && one.has('key') && !one.has('keyBlock'),
  async run(one) {
    const family = one.oneOf('algorithm', ['AES', 'TDES']);
    const key = one.bytes('key');
    const expected =
      family === 'AES' ? { cmac: 'aesCmac5', ecb: 'aesEcb3' } : { cmac: 'tdesCmac5', ecb: 'tdesLegacy3' };
    if (!one.has(expected.cmac) && !one.has(expected.ecb)) throw new CaseFailure('there is no check value to compare');
    const check = () => {
      if (one.has(expected.cmac)) same(expected.cmac, kcvCmac(family, key), one.text(expected.cmac).toUpperCase());
      if (one.has(expected.ecb)) same(expected.ecb, kcvEcb(family, key), one.text(expected.ecb).toUpperCase());
    };
    if (one.isAccepted) check();
    else {
      await refuses(check, [CaseFailure]);
      one.skip(expected.cmac, expected.ecb);
    }
    return 'passed';
  },
};
