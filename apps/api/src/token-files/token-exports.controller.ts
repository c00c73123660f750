import { Body, Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '@tsunagu/contracts';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Talk, type Conversation } from '../http/conversation.js';
import { PageQuery } from '../lists/page.query.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { TokenFileDesk, type FileAsked } from './token-file-desk.js';
import { ListsFiles, ReadsFile, ReadsResults } from './token-file-routes.js';
import { BeginTokenFileRequest } from './token-file.request.js';
import {
  TokenFileResponse,
  type TokenFileLineListResponse,
  type TokenFileListResponse,
} from './token-file.response.js';

/** Cards that leave for another house, each sealed under a key that only the partner and the HSM hold, after two key custodians said so. */
@ApiTags('token-files')
@Controller('v1/token-exports')
export class TokenExportsController {
  constructor(private readonly desk: TokenFileDesk) {}

  @Post()
  @HttpCode(201)
  @Permission('tokens:export')
  @Policy('read')
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'requestTokenExport',
    summary: 'トークンの一括出力を申請する · Ask for an export of cards',
    description:
      'It stays `pending_approval` until two key custodians of the centre approved it (`npm run keys -- export-tokens`); then it runs by itself over all active multi-use tokens. `client_reference` makes it safe to repeat.',
  })
  @Answers({
    type: TokenFileResponse,
    statuses: [201, 200],
    problems: ['resource_missing', 'client_reference_exists', 'card_service_unavailable'],
    meanings: { 201: 'A new file, which waits for its approval' },
  })
  begin(
    @Tenant() ctx: TenantContext,
    @Body() body: BeginTokenFileRequest,
    @Talk() talk: Conversation,
  ): Promise<TokenFileResponse> {
    return this.desk.begin(exported(ctx), body, talk);
  }

  @ListsFiles('tokens:export', {
    operationId: 'listTokenExports',
    summary: '一括出力を一覧する · List exports of cards',
    description: 'Newest first.',
  })
  list(@Tenant() ctx: TenantContext, @Query() query: PageQuery): Promise<TokenFileListResponse> {
    return this.desk.list(exported(ctx), query);
  }

  @ReadsFile('tokens:export', {
    operationId: 'getTokenExport',
    summary: '一括出力の進み具合を見る · Read an export',
    description: 'Whether it is approved, and how far it is.',
  })
  read(@Tenant() ctx: TenantContext, @Param('id', new WireIdPipe('bat')) id: string): Promise<TokenFileResponse> {
    return this.desk.read(exported(ctx), id);
  }

  @ReadsResults('tokens:export', {
    operationId: 'listTokenExportResults',
    summary: '一括出力の結果を行ごとに取得する · Results of an export, line by line',
    description:
      'The file itself: `card` opens under the exchange key of the partner and the reference of its line. Reading it is written into the audit.',
  })
  results(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('bat')) id: string,
    @Query() query: PageQuery,
  ): Promise<TokenFileLineListResponse> {
    return this.desk.results(exported(ctx), id, query);
  }
}

function exported(ctx: TenantContext): FileAsked {
  return { ctx, kind: 'export', permission: 'tokens:export' };
}
