import { describe, expect, it } from 'vitest';
import { conversionRate } from './conversion-rate.js';

describe('conversion rates', () => {
  it.each([
    ['0.00665', '70066500'],
    ['0.0067123', '70067123'],
    ['0.00671235', '70067124'],
    ['0.00671234', '70067123'],
    ['9.1234', '69123400'],
    ['150.25', '41502500'],
    ['9.99999995', '51000000'],
    ['1', '61000000'],
    ['9999999', '09999999'],
    ['9999999.4', '09999999'],
    ['9999999.5', undefined],
    ['12345678', undefined],
    ['0.00000004', undefined],
    ['0.00000005', '70000001'],
    ['0', undefined],
    ['-1', undefined],
    ['1e3', undefined],
    ['', undefined],
  ])('writes the rate %j as %j', (rate, written) => {
    expect(conversionRate(rate)).toBe(written);
  });
});
