import { SystemClock } from '@tsunagu/kernel';
import type { Centre } from '@tsunagu/platform';
import { LinkElsewhereError } from '@tsunagu/switching';
import { beforeEach, describe, expect, it } from 'vitest';
import type { LinkDesks } from './link-desks.js';
import { LinkOrders, readLinkOrder, type LinkOrder } from './link-orders.js';

const ORDER = { link: 'jcb', by: 'hanako', requestId: 'r-1' };

describe('orders of operators', () => {
  let trail: unknown[][];
  let moves: string[];
  let isLed: boolean;
  let orders: LinkOrders;

  beforeEach(() => {
    [trail, moves, isLed] = [[], [], true];
    const line = {
      state: 'READY',
      endpoint: { name: 'primary' },
      needsTwo: (endpoint: string) => endpoint === 'dr',
      switchTo: async (endpoint: string) => {
        moves.push(endpoint);
        line.endpoint.name = endpoint;
      },
      drain: async () => void moves.push('drain'),
      cutover: async () => false,
    };
    const desks = { desk: (name: string) => (name === 'jcb' ? { isLed, line } : undefined) } as unknown as LinkDesks;
    const centre = { query: async (_sql: unknown, values: unknown[]) => void trail.push(values) } as unknown as Centre;
    orders = new LinkOrders(desks, new SystemClock(), centre);
  });
  const carryOut = (order: object) => orders.carryOut({ ...ORDER, ...order } as LinkOrder);

  it('moves a link, and writes down who ordered it', async () => {
    expect(await carryOut({ action: 'switch-over', endpoint: 'standby' })).toMatchObject({
      done: true,
      endpoint: 'standby',
    });
    expect(trail[0]?.slice(1)).toEqual(['jcb', 'hanako', 'switch-over', 'standby', 'r-1', 'done']);
  });

  it('takes two people to a disaster centre: one who says it twice is one', async () => {
    const order = { action: 'switch-over', endpoint: 'dr' };
    expect(await carryOut(order)).toMatchObject({ done: false, waiting: true });
    expect(await carryOut(order)).toMatchObject({ done: false, waiting: true });
    expect(moves).toEqual([]);
    expect(await carryOut({ ...order, by: 'taro' })).toMatchObject({ done: true });
    expect(moves).toEqual(['dr']);
    expect(trail.map((row) => row.at(-1))).toEqual(['waiting', 'waiting', 'done']);
  });

  it('says when the counterpart did not accept it', async () => {
    expect(await carryOut({ action: 'cutover', date: '261124' })).toMatchObject({ done: false, waiting: false });
    expect(trail[0]?.at(-1)).toBe('refused');
  });

  it('belongs to the process that leads the link', async () => {
    isLed = false;
    await expect(carryOut({ action: 'drain' })).rejects.toThrow(LinkElsewhereError);
    await expect(carryOut({ link: 'moon', action: 'drain' })).rejects.toMatchObject({ code: 'resource_missing' });
    expect([moves, trail]).toEqual([[], []]);
  });

  it.each([
    ['action', { action: 'explode' }],
    ['endpoint', { action: 'switch-over', endpoint: "'; --" }],
    ['date', { action: 'cutover', date: '2026-11-24' }],
    ['link', { action: 'drain', link: '../jcb' }],
    ['by', { action: 'drain', by: '' }],
  ])('names %s when it is wrong', (field, wrong) => {
    expect(() => readLinkOrder({ ...ORDER, ...wrong })).toThrow(expect.objectContaining({ facts: { field } }));
  });
});
