import { defineSpec } from '@tsunagu/iso8583';
import { describe, expect, it } from 'vitest';
import { parseLinkConfigs } from './link-config.js';
import { specOf } from './link-dialect.js';

const LINK = {
  name: 'jcb',
  host: '127.0.0.1',
  port: 5000,
  acquirerId: '35001',
  forwardingId: '35901',
  brands: ['jcb'],
};

describe('links file', () => {
  it('fills in the timers of the house', () => {
    expect(parseLinkConfigs({ links: [LINK] })).toMatchObject([
      { framing: 'be2', profile: 'hybrid', connector: 'jcb', replyTimeoutMs: 25_000, echoMs: 60_000, pin: null },
    ]);
  });

  it.each([
    ['port', { port: 0 }],
    ['acquirerId', { acquirerId: 'x' }],
    ['profile', { profile: 'morse' }],
    ['reversalScheduleMs', { reversalScheduleMs: [] }],
    ['pin', { pin: { format: 1, key: 'k' } }],
    ['pin.published', { pin: { format: 4, key: 'k', published: 'yes' } }],
    ['brands', { brands: 'jcb' }],
  ])('names %s when it is wrong, and never its value', (entry, wrong) => {
    expect(() => parseLinkConfigs([{ ...LINK, ...wrong }])).toThrow(`links file: ${entry} of link jcb`);
  });

  it('reads when counters are exchanged, with defaults, and refuses a word it does not know', () => {
    const [plain] = parseLinkConfigs([LINK]);
    expect(plain?.reconciliation).toMatchObject({ afterCutoverMs: 600_000, repeatMs: 300_000, detailsUrl: null });
    const own = { afterCutoverMs: 0, owner: 'night-desk', detailsUrl: 'https://peer.example/ledger' };
    const [link] = parseLinkConfigs([{ ...LINK, reconciliation: own }]);
    expect(link?.reconciliation).toMatchObject({ ...own, checkpointMs: 3_600_000 });
    expect(() => parseLinkConfigs([{ ...LINK, reconciliation: { after: 1 } }])).toThrow('reconciliation.after');
  });

  it('reads hosts, protection and limits, and fills in what is not said', () => {
    const { host: _host, port: _port, ...bare } = LINK;
    const [link] = parseLinkConfigs([
      {
        ...bare,
        endpoints: [
          { name: 'osaka', role: 'standby', host: 'b', port: 2 },
          { name: 'tokyo', role: 'primary', host: 'a', port: 1 },
          { role: 'dr', host: 'c', port: 3 },
        ],
        connections: 2,
        tls: { caFile: 'ca.pem', certFile: 'c.pem', keyFile: 'k.pem' },
        envelope: {
          linkId: 'JCB00001',
          keys: [
            { id: 1, key: 'env-1' },
            { id: 2, key: 'env-2', endpoint: 'osaka' },
            { id: 3, key: 'env-3', endpoint: 'dr' },
          ],
        },
        mac: { key: 'mac-1' },
        limits: { perSecond: 50 },
        breaker: { failures: 0 },
      },
    ]);
    expect(link).toMatchObject({ host: 'a', port: 1 });
    expect(link?.transport).toMatchObject({
      connections: 2,
      tls: { serverName: null, minVersion: 'TLSv1.3' },
      envelope: { keys: [{ endpoint: 'tokyo' }, { endpoint: 'osaka' }, { endpoint: 'dr' }] },
      mac: { alg: 'AES-CMAC-8' },
      limits: { inFlight: 256, queue: 2_000, queueWaitMs: 2_000, perSecond: 50 },
      breaker: null,
      backAfterMs: 900_000,
    });
  });

  it.each([
    ['endpoints', { endpoints: [] }],
    ['endpoints', { host: undefined, port: undefined, endpoints: [{ role: 'standby', host: 'a', port: 1 }] }],
    ['endpoints[0].port', { host: undefined, port: undefined, endpoints: [{ role: 'primary', host: 'a', port: 0 }] }],
    ['connections', { connections: 0 }],
    ['tls.keyFile', { tls: { caFile: 'a', certFile: 'b' } }],
    ['tls.cipher', { tls: { caFile: 'a', certFile: 'b', keyFile: 'c', cipher: 'none' } }],
    ['envelope.keys', { envelope: { linkId: 'JCB00001', keys: [] } }],
    ['envelope.linkId', { envelope: { linkId: 'JCB', keys: [{ id: 1, key: 'k' }] } }],
    ['envelope.keys[0].id', { envelope: { linkId: 'JCB00001', keys: [{ id: 0, key: 'k' }] } }],
    ['mac.alg', { mac: { key: 'k', alg: 'CRC' } }],
    ['limits.perSecond', { limits: { perSecond: 'many' } }],
    ['breaker.failures', { breaker: { failures: -1 } }],
  ])('names %s of how the link travels when it is wrong', (entry, wrong) => {
    expect(() => parseLinkConfigs([{ ...LINK, ...wrong }])).toThrow(`links file: ${entry} of link jcb`);
  });

  it.each(['be2+tpdu', 'bcd2+tpdu', 'be2+0000', 'be2+etx'])('knows the framing %s', (framing) => {
    expect(parseLinkConfigs([{ ...LINK, framing }])[0]?.framing).toBe(framing);
  });

  it('reads what a link writes differently from its profile, field by field', () => {
    const dialect = { fields: { 41: { characters: 'ebcdic' }, 62: null }, lenient: ['allowBadContent'] };
    const [plain, own] = parseLinkConfigs([LINK, { ...LINK, name: 'own', profile: 'binary', dialect }]);
    expect(plain && specOf(plain)).toEqual(defineSpec('hybrid'));
    const spec = specOf(own!);
    expect(spec.wire).toEqual(defineSpec('binary').wire);
    expect(spec.fieldWires).toEqual({ 41: { characters: 'ebcdic' } });
    expect(spec.fields.some(({ field }) => field === 62)).toBe(false);
    expect(spec.lenient).toEqual(['allowBadContent']);
  });

  it.each([
    ['framing', { framing: 'be3' }],
    ['dialect', { dialect: 'ebcdic' }],
    ['dialect.profile', { dialect: { profile: 'ascii' } }],
    ['dialect.fields', { dialect: { fields: [] } }],
    ['dialect.fields', { dialect: { fields: { 129: {} } } }],
    ['dialect.fields.41.characters', { dialect: { fields: { 41: { characters: 'morse' } } } }],
    ['dialect.fields.41.letters', { dialect: { fields: { 41: { letters: 'ebcdic' } } } }],
    ['dialect.fields.64', { dialect: { fields: { 64: { binaryFixed: 'hex' } } } }],
    ['dialect.lenient', { dialect: { lenient: ['all'] } }],
  ])('names %s of how the link speaks when it is wrong', (entry, wrong) => {
    expect(() => parseLinkConfigs([{ ...LINK, ...wrong }])).toThrow(`links file: ${entry} of link jcb`);
  });

  it('refuses two links of one name', () => {
    expect(() => parseLinkConfigs([LINK, LINK])).toThrow('must be unique');
  });
});
