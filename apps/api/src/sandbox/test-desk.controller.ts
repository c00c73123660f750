import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Idempotency, TestDeskRoute } from '../access/permission.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { ArmFaultRequest } from './issuer-fault.request.js';
import { IssuerFaultListResponse, IssuerFaultResponse, type PanelRule } from './issuer-fault.response.js';
import { SimulatorDoor } from './simulator-door.js';
import { TestCardListResponse, type TestCardResponse } from './test-card.response.js';

type DeskCard = Omit<TestCardResponse, 'object' | 'entry_mode'> & { readonly entry: string };

/** What the simulated world of the sandbox has and does. @source api-conventions.md §11 */
@ApiTags('sandbox')
@Controller('v1/test')
export class TestDeskController {
  constructor(private readonly door: SimulatorDoor) {}

  @Get('cards')
  @TestDeskRoute()
  @ApiOperation({
    operationId: 'listTestCards',
    summary: 'テストカードを一覧する · List the test cards',
    description:
      'Sandbox only. Names for `present_card`, and what each is for. What the issuer says is decided by the amount.',
  })
  @Answers({ type: TestCardListResponse, statuses: [200], problems: ['simulator_unavailable'] })
  async cards(): Promise<TestCardListResponse> {
    const cards = await this.door.ask<DeskCard[]>('GET', '/terminals/cards');
    return wholeList(cards.map(({ entry, ...card }) => ({ object: 'test_card' as const, ...card, entry_mode: entry })));
  }

  @Get('issuer/faults')
  @TestDeskRoute()
  @ApiOperation({
    operationId: 'listIssuerFaults',
    summary: 'カード会社の障害設定を一覧する · List the faults that are armed',
    description: 'Sandbox only. Those that still strike, also what was armed at the panel of the simulator.',
  })
  @Answers({ type: IssuerFaultListResponse, statuses: [200], problems: ['simulator_unavailable'] })
  async faults(): Promise<IssuerFaultListResponse> {
    return wholeList(armed(await this.door.ask<Panel>('GET', '/faults')));
  }

  @Post('issuer/faults')
  @HttpCode(201)
  @TestDeskRoute()
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'armIssuerFault',
    summary: 'カード会社の障害を起こす · Arm a fault of a simulated issuer',
    description:
      'Sandbox only. It strikes the next `count` messages of this connector, of whichever merchant, and rests then; what is armed already stays and strikes first.',
  })
  @Answers({
    type: IssuerFaultResponse,
    statuses: [201],
    problems: ['simulator_unavailable'],
    meanings: { 201: 'Armed' },
  })
  async arm(@Body() body: ArmFaultRequest): Promise<IssuerFaultResponse> {
    const { connector, kind, count = 1, delay_ms: delayMs, at } = body;
    const rule: PanelRule = { link: connector, kind, next: count, delayMs, at };
    await this.door.ask('POST', '/faults', rule);
    return IssuerFaultResponse.from(rule);
  }

  @Delete('issuer/faults')
  @TestDeskRoute()
  @ApiOperation({
    operationId: 'disarmIssuerFaults',
    summary: 'カード会社の障害をすべて解除する · Disarm all faults',
    description: 'Sandbox only. Also those that were armed at the panel of the simulator.',
  })
  @Answers({ type: IssuerFaultListResponse, statuses: [200], problems: ['simulator_unavailable'] })
  async disarm(): Promise<IssuerFaultListResponse> {
    return wholeList(armed(await this.door.ask<Panel>('DELETE', '/faults')));
  }
}

interface Panel {
  readonly faults: readonly PanelRule[];
}

function armed({ faults }: Panel): IssuerFaultResponse[] {
  return faults.filter(({ next }) => next !== 0).map((rule) => IssuerFaultResponse.from(rule));
}

function wholeList<T>(data: T[]) {
  return { object: 'list' as const, data, has_more: false, next_cursor: null, prev_cursor: null };
}
