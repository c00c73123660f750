import { describe, expect, it } from 'vitest';
import { AddressList, isNetwork } from './address-list.js';

describe('the addresses of a key', () => {
  const list = new AddressList(['203.0.113.0/24', '198.51.100.7', '2001:db8::/32']);

  it('includes what lies within, in either spelling of an IPv4 address [F2]', () => {
    for (const address of ['203.0.113.9', '198.51.100.7', '::ffff:203.0.113.9', '2001:db8:1::1'])
      expect([address, list.includes(address)]).toEqual([address, true]);
    for (const address of ['203.0.114.1', '198.51.100.8', '2001:db9::1', '', 'localhost', '::ffff:198.51.100.8'])
      expect([address, list.includes(address)]).toEqual([address, false]);
  });

  it('covers narrower networks and never wider ones [F2]', () => {
    for (const network of ['203.0.113.0/25', '203.0.113.200/32', '198.51.100.7', '2001:db8:5::/48'])
      expect([network, list.covers(network)]).toEqual([network, true]);
    for (const network of ['203.0.112.0/23', '0.0.0.0/0', '::/0', '198.51.100.0/24', 'x'])
      expect([network, list.covers(network)]).toEqual([network, false]);
  });

  it('knows a network when it sees one', () => {
    for (const text of ['10.0.0.0/8', '10.0.0.1', '::1', '2001:db8::/32', '0.0.0.0/0'])
      expect([text, isNetwork(text)]).toEqual([text, true]);
    for (const text of [
      '',
      '10.0.0.0/33',
      '10.0.0/8',
      '10.0.0.0/08',
      '::/129',
      '1.2.3.4/5/6',
      'example.com',
      `${'1'.repeat(50)}`,
    ])
      expect([text, isNetwork(text)]).toEqual([text, false]);
  });
});
