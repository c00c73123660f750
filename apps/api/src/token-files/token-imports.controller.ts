import { Body, Controller, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { TokenFilePort, type TenantContext } from '@tsunagu/contracts';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { tenantWide } from '../access/tenant-wide.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Talk, type Conversation } from '../http/conversation.js';
import { NoBody } from '../http/no-body.decorator.js';
import { PageQuery } from '../lists/page.query.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { TokenFileDesk, type FileAsked } from './token-file-desk.js';
import { FILE_ID, ListsFiles, ReadsFile, ReadsResults } from './token-file-routes.js';
import { BeginTokenFileRequest, TokenImportLinesRequest } from './token-file.request.js';
import {
  TokenFileResponse,
  type TokenFileLineListResponse,
  type TokenFileListResponse,
} from './token-file.response.js';

/** Cards that come from another house become tokens, line by line. No card number crosses this zone: each line is sealed for the vault. */
@ApiTags('token-files')
@Controller('v1/token-imports')
export class TokenImportsController {
  constructor(
    private readonly desk: TokenFileDesk,
    private readonly files: TokenFilePort,
  ) {}

  @Post()
  @HttpCode(201)
  @Permission('tokens:write')
  @Policy('read')
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'beginTokenImport',
    summary: 'トークンの一括登録を始める · Begin an import of cards',
    description:
      'Then add lines, start it, and read its results. Each card is sealed under an exchange key that your key custodians and ours hold; clear card numbers have no field to travel in. `client_reference` makes it safe to repeat.',
  })
  @Answers({
    type: TokenFileResponse,
    statuses: [201, 200],
    problems: ['resource_missing', 'client_reference_exists', 'card_service_unavailable'],
    meanings: { 201: 'A new file, which collects lines' },
  })
  begin(
    @Tenant() ctx: TenantContext,
    @Body() body: BeginTokenFileRequest,
    @Talk() talk: Conversation,
  ): Promise<TokenFileResponse> {
    return this.desk.begin(writing(ctx), body, talk);
  }

  @Post(':id/lines')
  @HttpCode(200)
  @Permission('tokens:write')
  @Policy('read')
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'addTokenImportLines',
    summary: '一括登録の行を追加する · Add lines to an import',
    description: 'At most 200 at a time, 10,000,000 in all; a line number that is there already stays as it is.',
  })
  @FILE_ID
  @Answers({
    type: TokenFileResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing', 'state_conflict', 'card_service_unavailable'],
    meanings: { 200: 'The file with these lines' },
  })
  async addLines(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('bat')) id: string,
    @Body() { lines }: TokenImportLinesRequest,
  ): Promise<TokenFileResponse> {
    tenantWide(ctx, 'tokens:write');
    const { tenantId, requestId } = ctx;
    await this.files.addLines({ tenantId, requestId, jobId: id, lines });
    return this.desk.read(writing(ctx), id);
  }

  @Post(':id/start')
  @HttpCode(200)
  @Permission('tokens:write')
  @Policy('read')
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'startTokenImport',
    summary: '一括登録を実行する · Start an import',
    description:
      'No more lines after this. It runs in the background, pauses while payments are slow, and goes on by itself after any failure. Again changes nothing.',
  })
  @FILE_ID
  @Answers({
    type: TokenFileResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing', 'card_service_unavailable'],
    meanings: { 200: 'The file, running' },
  })
  async start(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('bat')) id: string,
    @NoBody() _body: Record<string, never>,
  ): Promise<TokenFileResponse> {
    tenantWide(ctx, 'tokens:write');
    const { tenantId, requestId } = ctx;
    return TokenFileResponse.from(await this.files.startImport({ tenantId, requestId, jobId: id }));
  }

  @ListsFiles('tokens:read', {
    operationId: 'listTokenImports',
    summary: '一括登録を一覧する · List imports of cards',
    description: 'Newest first.',
  })
  list(@Tenant() ctx: TenantContext, @Query() query: PageQuery): Promise<TokenFileListResponse> {
    return this.desk.list(reading(ctx), query);
  }

  @ReadsFile('tokens:read', {
    operationId: 'getTokenImport',
    summary: '一括登録の進み具合を見る · Read an import',
    description: 'How far it is: lines by what became of them.',
  })
  read(@Tenant() ctx: TenantContext, @Param('id', new WireIdPipe('bat')) id: string): Promise<TokenFileResponse> {
    return this.desk.read(reading(ctx), id);
  }

  @ReadsResults('tokens:read', {
    operationId: 'listTokenImportResults',
    summary: '一括登録の結果を行ごとに見る · Results of an import, line by line',
    description: 'In the order of the file. A refused line says one thing whatever is wrong with its card.',
  })
  results(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('bat')) id: string,
    @Query() query: PageQuery,
  ): Promise<TokenFileLineListResponse> {
    return this.desk.results(reading(ctx), id, query);
  }
}

function reading(ctx: TenantContext): FileAsked {
  return { ctx, kind: 'import', permission: 'tokens:read' };
}

function writing(ctx: TenantContext): FileAsked {
  return { ctx, kind: 'import', permission: 'tokens:write' };
}
