import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Advance } from '@tsunagu/payments';
import { instantFits } from '../http/query-rules.js';
import { fieldsError } from '../problem/request-error.js';
import type { FieldCode } from '../problem/field-texts.js';
import { Fits, Optional, OptionalUnless, Text } from '../validation/field-rules.js';

const DURATION =
  /^P(?:(?<days>[0-9]{1,3})D)?(?:T(?:(?<hours>[0-9]{1,4})H)?(?:(?<minutes>[0-9]{1,6})M)?(?:(?<seconds>[0-9]{1,8})S)?)?$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  days: 86_400_000,
  hours: 3_600_000,
  minutes: 60_000,
  seconds: 1_000,
};
/** Longer than any validity. */
const BY_MAX_MS = 400 * 86_400_000;
const BY_LENGTH_MAX = 40;

export class OpenClockRequest {
  @ApiProperty({ maxLength: 80, example: 'expiry of authorizations', description: 'For people' })
  @Text(/^[\p{L}\p{N} .,:()_-]{1,80}$/u, 80)
  name!: string;
}

/** Exactly one of the two. */
export class AdvanceClockRequest {
  @ApiPropertyOptional({
    pattern: DURATION.source.replaceAll(/\?<[a-z]+>/g, '?:'),
    example: 'PT15M',
    description: 'ISO 8601, days to seconds, above zero, at most P400D. Each call goes on by as much again',
  })
  @OptionalUnless(({ to }) => to === undefined)
  @Fits(durationFits)
  by?: string;

  @ApiPropertyOptional({
    format: 'date-time',
    description: 'An instant of this clock, at most 400 days on. A repeat, or one that has passed, moves nothing',
  })
  @Optional()
  @Fits(instantFits)
  to?: string;

  /** @param shown the instant that the clock shows @throws RequestError both were sent, or `to` is too far away */
  toAdvance(shown: Date): Advance {
    if (this.to === undefined) return { byMs: durationMs(this.by ?? '') };
    if (this.by !== undefined) throw fieldsError([{ pointer: '/by', code: 'combination' }]);
    const to = new Date(this.to);
    if (to.getTime() - shown.getTime() > BY_MAX_MS) throw fieldsError([{ pointer: '/to', code: 'out_of_range' }]);
    return { to };
  }
}

/** NaN: not a duration. */
function durationMs(text: string): number {
  const parts = DURATION.exec(text)?.groups;
  if (parts === undefined || !/[0-9][DHMS]$/.test(text)) return NaN;
  return Object.entries(parts).reduce((sum, [unit, digits]) => sum + Number(digits ?? 0) * (UNIT_MS[unit] ?? 0), 0);
}

function durationFits(value: unknown): FieldCode | undefined {
  if (typeof value !== 'string') return 'not_string';
  if (value.length > BY_LENGTH_MAX) return 'too_long';
  const ms = durationMs(value);
  if (Number.isNaN(ms)) return 'invalid_format';
  return ms > 0 && ms <= BY_MAX_MS ? undefined : 'out_of_range';
}
