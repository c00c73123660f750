import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { DccMarginQuery } from './dcc-margin.query.js';

const read = (fields: Record<string, string>) => plainToInstance(DccMarginQuery, fields);
const wrong = (fields: Record<string, string>) => validateSync(read(fields)).map(({ property }) => property);

describe('the dates of a margin report', () => {
  it('are the month until today when nobody says them', () => {
    expect(read({}).toQuery('2026-11-23')).toMatchObject({ from: '2026-11-01', to: '2026-11-23', by: 'day' });
    expect(read({ to: '2026-02-28' }).toQuery('2026-11-23')).toMatchObject({ from: '2026-02-01', to: '2026-02-28' });
  });

  it('are real ones, in order, and at most a year apart', () => {
    expect(wrong({ from: '2026-11-01', to: '2027-11-02' })).toEqual([]);
    expect(wrong({ from: '2026-11-01', to: '2027-11-03' })).toEqual(['to']);
    expect(wrong({ from: '2026-11-02', to: '2026-11-01' })).toEqual(['to']);
    expect(wrong({ from: '2026-02-30' })).toEqual(['from']);
    expect(wrong({ by: 'year', store_id: 'str_x' })).toEqual(expect.arrayContaining(['by', 'store_id']));
  });
});
