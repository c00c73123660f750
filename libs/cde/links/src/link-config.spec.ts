import { describe, expect, it } from 'vitest';
import { parseLinkConfigs } from './link-config.js';

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
    ['pin', { pin: { format: 0, key: 'k' } }],
    ['brands', { brands: 'jcb' }],
  ])('names %s when it is wrong, and never its value', (entry, wrong) => {
    expect(() => parseLinkConfigs([{ ...LINK, ...wrong }])).toThrow(`links file: ${entry} of link jcb`);
  });

  it('refuses two links of one name', () => {
    expect(() => parseLinkConfigs([LINK, LINK])).toThrow('must be unique');
  });
});
