import { describe, expect, it } from 'vitest';
import { CardFormatError } from '../card/card-format-error.js';
import { bytesOf, hexOf } from '../hex.js';
import { HsmError } from '../provider/hsm-error.js';
import { checkCryptogram, cryptogram, cryptogramData, responseCryptogram } from './cryptogram.js';
import { CRYPTOGRAM_VERSIONS } from './cryptogram-versions.js';
import { iccMasterKey, withOddParity } from './icc-master-key.js';
import { sessionKey } from './session-key.js';

const IMK = bytesOf('B07538FB7385EA190DC2D686B33B0737');
const ATC = bytesOf('0001');
const UN = bytesOf('01020304');
const pan = (digits: string): Buffer => Buffer.from(digits, 'latin1');

describe('keys of a card', () => {
  it('are the same by options A and B for up to 16 digits, and differ above', () => {
    for (const digits of ['378282803215555', '4111114490680896']) {
      expect(iccMasterKey(IMK, pan(digits), '00', 'B')).toEqual(iccMasterKey(IMK, pan(digits), '00', 'A'));
    }
    for (const digits of ['62212670042046665', '622126700420466653', '6221267004204666539']) {
      expect(iccMasterKey(IMK, pan(digits), '00', 'B')).not.toEqual(iccMasterKey(IMK, pan(digits), '00', 'A'));
    }
  });

  it('have odd parity in every byte', () => {
    expect(hexOf(withOddParity(bytesOf('0001020304FEFF80')))).toBe('0101020204FEFE80');
    for (const method of ['emv-common', 'mastercard'] as const) {
      const key = sessionKey(iccMasterKey(IMK, pan('4111114490680896'), '01', 'A'), method, { atc: ATC, un: UN });
      expect([...key].every((byte) => byte.toString(2).replaceAll('0', '').length % 2 === 1)).toBe(true);
    }
  });

  it.each([
    ['4111', '00'],
    ['41111144906808961111', '00'],
    ['411111449068089x', '00'],
    ['4111114490680896', '0'],
    ['4111114490680896', 'x1'],
  ])('are refused for PAN %s and sequence number %s', (digits, psn) => {
    expect(() => iccMasterKey(IMK, pan(digits), psn, 'A')).toThrow(CardFormatError);
  });

  it('need the counter, and for Mastercard the unpredictable number', () => {
    expect(() => sessionKey(IMK, 'emv-common', { atc: Buffer.alloc(1) })).toThrow(HsmError);
    expect(() => sessionKey(IMK, 'mastercard', { atc: ATC })).toThrow(HsmError);
    expect(sessionKey(IMK, 'none', { atc: ATC })).toEqual(IMK);
  });
});

describe('a cryptogram', () => {
  const check = {
    derivation: 'A',
    session: 'emv-common',
    pan: pan('4111114490680896'),
    psn: '01',
    atc: ATC,
    un: UN,
    data: Buffer.alloc(40, 9),
    padding: 2,
    arqc: Buffer.alloc(8),
  } as const;
  const right = (session: 'none' | 'emv-common' | 'mastercard'): Buffer =>
    cryptogram(sessionKey(iccMasterKey(IMK, check.pan, check.psn, 'A'), session, check), check.data, 2);

  it('that is wrong gets no answer', () => {
    const arpc = { method: 1, arc: bytesOf('3030') } as const;
    expect(checkCryptogram(IMK, { ...check, arpc })).toEqual({ valid: false });
    expect(checkCryptogram(IMK, { ...check, arqc: Buffer.alloc(4), arpc })).toEqual({ valid: false });
  });

  it('of M/Chip is answered under the master key, the others under the session key', () => {
    const arpc = { method: 1, arc: bytesOf('3030') } as const;
    const master = iccMasterKey(IMK, check.pan, check.psn, 'A');
    const of = (session: 'emv-common' | 'mastercard', arqc: Buffer) =>
      checkCryptogram(IMK, { ...check, session, arqc, arpc });
    const [common, mchip] = [right('emv-common'), right('mastercard')];
    expect(of('mastercard', mchip)).toEqual({ valid: true, arpc: responseCryptogram(master, mchip, arpc) });
    const key = sessionKey(master, 'emv-common', check);
    expect(of('emv-common', common)).toEqual({ valid: true, arpc: responseCryptogram(key, common, arpc) });
  });

  it.each([
    { method: 1, arc: Buffer.alloc(3) } as const,
    { method: 2, csu: Buffer.alloc(3) } as const,
    { method: 2, csu: Buffer.alloc(4), proprietary: Buffer.alloc(9) } as const,
  ])('is not answered with parts of a wrong length', (answer) => {
    expect(() => responseCryptogram(IMK, Buffer.alloc(8), answer)).toThrow(HsmError);
    expect(() => responseCryptogram(IMK, Buffer.alloc(7), { method: 1, arc: Buffer.alloc(2) })).toThrow(HsmError);
  });

  it('names the tag that is missing, and refuses a 9F10 that is too short', () => {
    const tags = new Map<string, Buffer>(CRYPTOGRAM_VERSIONS['10'].tags.map((tag) => [tag, Buffer.from([1])]));
    expect(() => cryptogramData(CRYPTOGRAM_VERSIONS['10'], tags)).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ detail: '9F10' }) }),
    );
    tags.set('9F10', bytesOf('06010A'));
    expect(() => cryptogramData(CRYPTOGRAM_VERSIONS['10'], tags)).toThrow(HsmError);
    expect(cryptogramData(CRYPTOGRAM_VERSIONS['18'], tags)).toHaveLength(13);
  });
});
