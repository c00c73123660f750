import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSpec, frame, FrameDecoder, IsoMessage, readSpec } from '@tsunagu/iso8583';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TEST_CARDS } from '../cards/test-cards.js';
import { FaultPanel } from '../faults/fault-panel.js';
import { IssuerHost } from '../hosts/issuer-host.js';
import { UNION_PAY_COMPLETION } from '../hosts/union-pay-rules.js';
import { IssuerLedger } from '../ledger/issuer-ledger.js';
import { ScriptBook } from '../scripts/script-book.js';
import { MessageTrace } from '../trace/message-trace.js';
import { UnionPayDialect } from './union-pay-dialect.js';

const codec = compileSpec(readSpec({ base: 'unionpay-1987' }));
const ACQUIRER = '62001';

describe('direct line of UnionPay (1987, 46-byte header)', () => {
  let directory: string;
  let ledger: IssuerLedger;
  let host: IssuerHost;
  let socket: Socket;
  let stan = 0;
  let hear: (bytes: Buffer) => void = () => undefined;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tsunagu-cup87-'));
    ledger = IssuerLedger.open(directory, 'cup');
    host = new IssuerHost({
      link: 'cup',
      ledger,
      faults: new FaultPanel(),
      scripts: new ScriptBook(),
      trace: new MessageTrace(),
      timings: { lateYesMs: 10, afterTimeoutMs: 20 },
      completion: UNION_PAY_COMPLETION,
      dialect: new UnionPayDialect(),
      count: () => undefined,
    });
    await host.listen(0);
    socket = connect(host.ports.primary ?? 0, '127.0.0.1');
    const frames = new FrameDecoder('be2');
    socket.on('data', (chunk) => frames.push(chunk).frames.forEach((bytes) => hear(bytes)));
    expect((await ask(message('0800', { 70: '001' }))).text(39)).toBe('00');
  });
  afterAll(async () => {
    socket.destroy();
    await host.close();
    await ledger.close();
    await rm(directory, { recursive: true });
  });

  function message(mti: string, fields: Record<number, string>): IsoMessage {
    stan += 1;
    const made = new IsoMessage(mti, {
      7: '1121003100',
      11: String(stan).padStart(6, '0'),
      12: '093100',
      13: '1121',
      32: ACQUIRER,
      33: ACQUIRER,
      ...fields,
    });
    made.header = { destination: '00010000', source: '62001' };
    return made;
  }

  function money(mti: string, amountMinor: number, kind: readonly [type: string, condition: string, code: string]) {
    const [transactionType, conditionCode, processingCode] = kind;
    return message(mti, {
      3: processingCode,
      4: String(amountMinor).padStart(12, '0'),
      18: '5411',
      22: '051',
      25: conditionCode,
      35: TEST_CARDS['unionpay']?.track2 ?? '',
      37: `632500${String(stan + 1).padStart(6, '0')}`,
      41: 'TSN00001',
      42: 'M00000000000001',
      49: '156',
      60: transactionType,
    });
  }

  const naming = (original: IsoMessage) =>
    `${original.mti}${original.text(11)}${original.text(7)}${ACQUIRER.padStart(11, '0')}${ACQUIRER.padStart(11, '0')}`;

  async function ask(sent: IsoMessage): Promise<IsoMessage> {
    const answer = new Promise<Buffer>((resolve) => (hear = resolve));
    socket.write(frame('be2', codec.encode(sent)));
    return codec.decode(await answer);
  }

  const PURCHASE = ['22', '00', '000000'] as const;

  it('takes a purchase, answers in two characters, and turns the addresses round', async () => {
    const sale = money('0200', 1500, PURCHASE);
    const answer = await ask(sale);
    expect([answer.mti, answer.text(39), answer.text(11), answer.text(12)]).toEqual([
      '0210',
      '00',
      sale.text(11),
      '093100',
    ]);
    expect(answer.text(38)).toMatch(/^\d{6}$/);
    expect(answer.header).toMatchObject({ destination: '62001      ', source: '00010000   ', rejectCode: '00000' });
    expect((await ask(money('0200', 1116, PURCHASE))).text(39)).toBe('51');
    expect(ledger.entries().map(({ state, currency }) => [state, currency])).toEqual([
      ['approved', 'CNY'],
      ['declined', 'CNY'],
    ]);
  });

  it('reverses what field 90 names, and says 25 of what never came', async () => {
    const sale = money('0200', 1500, PURCHASE);
    await ask(sale);
    const reversal = money('0420', 1500, PURCHASE).set(90, naming(sale)).set(37, sale.text(37));
    const answer = await ask(reversal);
    expect([answer.mti, answer.text(39)]).toEqual(['0430', '00']);
    expect(ledger.entries().at(-1)?.state).toBe('reversed');
    const unknown = money('0420', 1500, PURCHASE).set(90, naming(message('0200', {})));
    expect((await ask(unknown)).text(39)).toBe('25');
  });

  it('completes a pre-authorization within its cap, takes the completion back, and refunds a purchase', async () => {
    const auth = money('0100', 10_000, ['10', '06', '030000']);
    expect((await ask(auth)).text(39)).toBe('00');
    const above = money('0200', 11_501, ['20', '06', '000000']).set(90, naming(auth));
    expect((await ask(above)).text(39)).toBe('13');
    const taken = money('0200', 11_500, ['20', '06', '000000']).set(90, naming(auth));
    expect((await ask(taken)).text(39)).toBe('00');
    const undone = money('0200', 11_500, ['21', '06', '200000']).set(90, naming(taken));
    expect((await ask(undone)).text(39)).toBe('00');
    const sale = money('0200', 8_000, PURCHASE);
    await ask(sale);
    const refund = await ask(money('0220', 3_000, ['25', '00', '200000']).set(90, naming(sale)));
    expect([refund.mti, refund.text(39)]).toEqual(['0230', '00']);
  });
});
