import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../tools/supervisor.mjs';
import { HqBench } from '../kit/hq-bench.js';
import { runningHouse } from '../kit/running-house.js';

const START_MS = 120_000;
const TEST_MS = 60_000;

describe('a payment server of a merchant on its line', () => {
  let house: House;
  let hq: HqBench;
  let end: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    ({ house, end } = await runningHouse());
    hq = new HqBench(house.sandbox.iso8583.hq_link);
  }, START_MS);
  afterAll(async () => {
    hq?.server.hangUp();
    await end();
  }, START_MS);

  it('sells with a reader’s encryption, from 1200 to the books of the issuer', { timeout: TEST_MS }, async () => {
    const sale = await hq.server.charge({ lane: hq.lane(), amountMinor: 1_500, card: hq.card(1_500) });
    expect(sale).toMatchObject({ actionCode: '000', approvalCode: expect.stringMatching(/^[0-9]{6}$/) });
  });
});
