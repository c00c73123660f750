import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { Clock } from '@tsunagu/kernel';
import { ApiKeyDesk, type Authenticated } from '@tsunagu/merchants';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { Credential } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { PageCursor } from '../lists/page-cursor.js';
import { PageQuery } from '../lists/page.query.js';
import { pageOf } from '../lists/page.js';
import { RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { CreateApiKeyRequest, RotateApiKeyRequest } from './api-key.request.js';
import { ApiKeyListResponse, ApiKeyMadeResponse, ApiKeyResponse } from './api-key.response.js';

const KEY_ID = { name: 'id', example: 'key_01JDA0Q5P8F6TBN3X2V7K9M4RE' };
const OVERLAP_SECONDS = 24 * 3_600;

/** Keys of a tenant, made and ended by one of them. */
@ApiTags('api-keys')
@Controller('v1/api-keys')
export class ApiKeysController {
  constructor(
    private readonly desk: ApiKeyDesk,
    private readonly cursor: PageCursor,
    private readonly clock: Clock,
  ) {}

  @Get()
  @Permission('api_keys:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'listApiKeys',
    summary: 'API キーを一覧する · List API keys',
    description: 'Newest first, expired and revoked ones too; those within the node of your key.',
  })
  @Answers({
    type: ApiKeyListResponse,
    statuses: [200],
    problems: ['cursor_invalid', 'parameter_invalid', 'unknown_parameter'],
  })
  async list(@Credential() asker: Authenticated, @Query() query: PageQuery): Promise<ApiKeyListResponse> {
    const { tenantId, storeId, terminalId } = asker.ctx;
    const scope = { list: 'api-keys', tenantId, storeId, terminalId };
    const edge = query.cursor === undefined ? {} : this.cursor.read(scope, query.cursor);
    const read = await this.desk.list(asker, { limit: query.size, ...edge });
    return pageOf(read, { cursor: this.cursor, scope, edge }, (key) => ApiKeyResponse.from(key, this.clock.now()));
  }

  @Get(':id')
  @Permission('api_keys:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'getApiKey',
    summary: 'API キーを取得する · Read an API key',
    description: 'Everything but the key.',
  })
  @ApiParam(KEY_ID)
  @Answers({ type: ApiKeyResponse, statuses: [200], problems: ['resource_missing'] })
  async read(
    @Credential() asker: Authenticated,
    @Param('id', new WireIdPipe('key')) id: string,
  ): Promise<ApiKeyResponse> {
    const key = await this.desk.find(asker, id);
    if (key === undefined) throw new RequestError('resource_missing');
    return ApiKeyResponse.from(key, this.clock.now());
  }

  @Post()
  @HttpCode(201)
  @Permission('api_keys:write')
  @Policy('read')
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'createApiKey',
    summary: 'API キーを作成する · Make an API key',
    description:
      'The answer shows the `key`, once. It can do no more than the key that asks: its scopes, node, addresses and end are at most as wide. A second call makes a second key; when an answer was lost, revoke the key that nobody knows.',
  })
  @Answers({
    type: ApiKeyMadeResponse,
    statuses: [201],
    problems: ['resource_missing'],
    meanings: { 201: 'The key, shown once' },
  })
  async create(@Credential() asker: Authenticated, @Body() body: CreateApiKeyRequest): Promise<ApiKeyMadeResponse> {
    return ApiKeyMadeResponse.of(await this.desk.create(asker, body.toOrder()), this.clock.now());
  }

  @Post(':id/rotate')
  @HttpCode(201)
  @Permission('api_keys:write')
  @Policy('read')
  @Idempotency('repeats')
  @ApiOperation({
    operationId: 'rotateApiKey',
    summary: 'API キーを更新する · Replace an API key',
    description:
      'Makes a successor that can do the same; the old key works on for `overlap_seconds` (a day when left out) and has then expired.',
  })
  @ApiParam(KEY_ID)
  @Answers({
    type: ApiKeyMadeResponse,
    statuses: [201],
    problems: ['resource_missing', 'state_conflict'],
    meanings: { 201: 'The successor, shown once' },
  })
  async rotate(
    @Credential() asker: Authenticated,
    @Param('id', new WireIdPipe('key')) id: string,
    @Body() body: RotateApiKeyRequest,
  ): Promise<ApiKeyMadeResponse> {
    const made = await this.desk.rotate(asker, id, body.overlap_seconds ?? OVERLAP_SECONDS);
    return ApiKeyMadeResponse.of(made, this.clock.now());
  }

  @Delete(':id')
  @HttpCode(200)
  @Permission('api_keys:write')
  @Policy('repair')
  @ApiOperation({
    operationId: 'revokeApiKey',
    summary: 'API キーを失効させる · Revoke an API key',
    description: 'For ever, on every process within five seconds, its open streams included. Again changes nothing.',
  })
  @ApiParam(KEY_ID)
  @Answers({ type: ApiKeyResponse, statuses: [200], problems: ['resource_missing'] })
  async revoke(
    @Credential() asker: Authenticated,
    @Param('id', new WireIdPipe('key')) id: string,
  ): Promise<ApiKeyResponse> {
    return ApiKeyResponse.from(await this.desk.revoke(asker, id), this.clock.now());
  }
}
