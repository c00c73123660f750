import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { SWITCH_ROUTES } from '@tsunagu/contracts';
import { AppError, Clock } from '@tsunagu/kernel';
import { InternalGuard } from '@tsunagu/platform';
import { SafDesk, SwitchingService, type SafLine, type SafName } from '@tsunagu/switching';
import { RequestShapeError } from '../attempts/request-fields.js';

/** The entry is not there, its end is known, or the second person is the first one. */
export class EntryNotMovableError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor(action: string) {
    super('this store-and-forward entry cannot be moved that way', { action });
  }
}

type Fields = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const NAME = /^[A-Za-z0-9._@-]{2,80}$/;
const OPEN = ['pending', 'error', 'expired'] as const;
const ASIDE = ['error', 'expired'] as const;

/** The operator's doors to reversals and advices that wait, or stand aside. */
@Controller()
@UseGuards(InternalGuard)
export class SafController {
  constructor(
    private readonly desk: SafDesk,
    private readonly switching: SwitchingService,
    private readonly clock: Clock,
  ) {}

  @Post(SWITCH_ROUTES.safRead)
  @HttpCode(200)
  async read(@Body() body: unknown): Promise<{ entries: readonly SafLine[] }> {
    const fields = (body ?? {}) as Fields;
    const link = fields['link'] === undefined ? undefined : text(fields, 'link', /^[a-z][a-z0-9-]{0,30}$/);
    const after = fields['after'] === undefined ? '0' : text(fields, 'after', /^\d{1,18}$/);
    const states = fields['aside'] === true ? ASIDE : OPEN;
    return { entries: await this.desk.list({ link, states, after }) };
  }

  @Post(SWITCH_ROUTES.safAct)
  @HttpCode(200)
  async act(@Body() body: unknown): Promise<{ done: true }> {
    const fields = (body ?? {}) as Fields;
    const action = text(fields, 'action', /^(retry|give-up|approve)$/);
    const name: SafName = {
      attemptId: text(fields, 'attemptId', UUID),
      kind: text({ kind: 'reversal', ...fields }, 'kind', /^(reversal|advice)$/) as SafName['kind'],
    };
    if (!(await this.#move(action, name, fields))) throw new EntryNotMovableError(action);
    return { done: true };
  }

  async #move(action: string, name: SafName, fields: Fields): Promise<boolean> {
    const at = this.clock.now();
    if (action === 'retry') {
      const link = await this.desk.retry(name, at);
      if (link !== undefined) this.switching.memory.ring(link);
      return link !== undefined;
    }
    const by = text(fields, 'by', NAME);
    if (action === 'approve') return this.desk.approveGivingUp(name, { by, at });
    return this.desk.orderGivingUp(name, { by, reason: text(fields, 'reason', /^.{10,500}$/su), at });
  }
}

function text(fields: Fields, field: string, pattern: RegExp): string {
  const value = fields[field];
  if (typeof value !== 'string' || !pattern.test(value)) throw new RequestShapeError(field);
  return value;
}
