import { IsoMessage } from '@tsunagu/iso8583';

/** For specs of this lib: the words of a sale of ¥1,500 with a published test number. */
export const HqWords = {
  sale(change: Readonly<Record<number, string | undefined>> = {}, mti = '1200'): IsoMessage {
    return new IsoMessage(mti, {
      2: '3530111333300000',
      3: '000000',
      4: '000000001500',
      7: '1123030000',
      11: '000001',
      12: '261123120000',
      14: '3012',
      22: '510101511344',
      24: '200',
      26: '5411',
      32: '88001234567',
      37: '632712000001',
      41: 'TSN00001',
      42: 'M00000000000001',
      49: '392',
      ...change,
    });
  },

  /** A 1304 that adds a published test number to the list. */
  blocked(change: Readonly<Record<number, string | undefined>> = {}, mti = '1304'): IsoMessage {
    return new IsoMessage(mti, {
      7: '1123030000',
      11: '000001',
      12: '261123120000',
      24: '301',
      25: '3001',
      33: '88001234567',
      71: '1',
      72: `N${'3530111333300000'.padEnd(19)}S0000261123${' '.repeat(6)}`,
      73: '261123',
      101: 'NEGATIVE',
      ...change,
    });
  },

  /** A 1520 of a day on which nothing happened. */
  totals: {
    7: '1123030000',
    11: '000001',
    12: '261123120000',
    24: '500',
    28: '250101',
    32: '88001234567',
    50: '392',
    ...Object.fromEntries([74, 75, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 90].map((field) => [field, '0'.repeat(10)])),
    ...Object.fromEntries([86, 87, 88, 89].map((field) => [field, '0'.repeat(16)])),
    97: `C${'0'.repeat(16)}`,
  },
} as const;
