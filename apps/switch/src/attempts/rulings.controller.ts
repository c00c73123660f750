import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { SWITCH_ROUTES, VERDICTS, type RulingAnswer, type RulingRequest, type Verdict } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { InternalGuard } from '@tsunagu/platform';
import { RulingDesk } from '@tsunagu/switching';
import { RequestShapeError } from './request-fields.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The worker's door for what two people ruled about an attempt in doubt. */
@Controller()
@UseGuards(InternalGuard)
export class RulingsController {
  constructor(
    private readonly desk: RulingDesk,
    private readonly clock: Clock,
  ) {}

  @Post(SWITCH_ROUTES.rule)
  @HttpCode(200)
  rule(@Body() body: unknown): Promise<RulingAnswer> {
    return this.desk.rule(readRuling(body), this.clock.now());
  }
}

/** @throws RequestShapeError */
function readRuling(body: unknown): RulingRequest {
  const fields = (body ?? {}) as Readonly<Record<string, unknown>>;
  const { verdict, requestId = '' } = fields;
  if (!VERDICTS.includes(verdict as Verdict)) throw new RequestShapeError('verdict');
  return {
    tenantId: uuid(fields, 'tenantId'),
    attemptId: uuid(fields, 'attemptId'),
    verdict: verdict as Verdict,
    requestId: typeof requestId === 'string' ? requestId : '',
  };
}

function uuid(fields: Readonly<Record<string, unknown>>, field: string): string {
  const value = fields[field];
  if (typeof value !== 'string' || !UUID.test(value)) throw new RequestShapeError(field);
  return value;
}
