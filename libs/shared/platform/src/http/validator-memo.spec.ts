import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, IsInt, Min, validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { applyValidatorMemo } from './validator-memo.js';

class SpecRequest {
  @IsInt()
  @Min(1)
  amount!: number;
}

describe('the validator memo', () => {
  const errorsOf = (body: unknown) =>
    validateSync(plainToInstance(SpecRequest, body), { whitelist: true, forbidNonWhitelisted: true }).map(
      ({ property }) => property,
    );

  it('looks a class up once and judges as before', () => {
    applyValidatorMemo();
    applyValidatorMemo();
    const storage = getMetadataStorage();
    const first = storage.getTargetValidationMetadatas(SpecRequest, '', false, false);
    expect(storage.getTargetValidationMetadatas(SpecRequest, '', false, false)).toBe(first);
    expect(storage.getTargetValidationMetadatas(SpecRequest, '', true, false)).not.toBe(first);
    expect(errorsOf({ amount: 1 })).toEqual([]);
    expect(errorsOf({ amount: 0 })).toEqual(['amount']);
    expect(errorsOf({ amount: 1, fee: 2 })).toEqual(['fee']);
  });
});
