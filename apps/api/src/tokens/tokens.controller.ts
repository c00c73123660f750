import { Body, Controller, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { TokenPort, type PageAsked, type TenantContext } from '@tsunagu/contracts';
import { Idempotency, Permission, Policy } from '../access/permission.decorator.js';
import { tenantWide } from '../access/tenant-wide.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { NoBody } from '../http/no-body.decorator.js';
import { PageCursor, type PageEdge } from '../lists/page-cursor.js';
import { PageQuery } from '../lists/page.query.js';
import { pageOf } from '../lists/page.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { ListTokensQuery, UpdateTokenRequest } from './token.request.js';
import { TokenListResponse, TokenResponse, TokenTrailListResponse, TokenTrailResponse } from './token.response.js';

const TOKEN_ID = { name: 'id', example: 'tok_01JDA0Q5P8F6TBN3X2V7K9M4RE' };
const LIST_PROBLEMS = ['cursor_invalid', 'parameter_invalid', 'unknown_parameter', 'card_service_unavailable'] as const;

/** Card tokens of a whole tenant. The card zone keeps them; nothing here has ever seen a card number. */
@ApiTags('tokens')
@Controller('v1/tokens')
export class TokensController {
  constructor(
    private readonly tokens: TokenPort,
    private readonly cursor: PageCursor,
  ) {}

  @Get()
  @Permission('tokens:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'listTokens',
    summary: 'トークンを一覧する · List card tokens',
    description: 'Newest first. A card shows its BIN and its last four digits, never more.',
  })
  @Answers({ type: TokenListResponse, statuses: [200], problems: LIST_PROBLEMS })
  async list(@Tenant() ctx: TenantContext, @Query() query: ListTokensQuery): Promise<TokenListResponse> {
    tenantWide(ctx, 'tokens:read');
    const filter = { state: query.status, last4: query.last4 };
    const scope = { list: 'tokens', tenantId: ctx.tenantId, ...filter };
    const edge = this.#edge(scope, query);
    const read = await this.tokens.listTokens({ ...whose(ctx), ...filter, page: asked(query, edge) });
    return pageOf(read, { cursor: this.cursor, scope, edge }, (token) => TokenResponse.from(token));
  }

  @Get(':id')
  @Permission('tokens:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'getToken',
    summary: 'トークンを取得する · Read a card token',
    description: 'The card behind it, masked, and what card networks told of it.',
  })
  @ApiParam(TOKEN_ID)
  @Answers({ type: TokenResponse, statuses: [200], problems: ['resource_missing', 'card_service_unavailable'] })
  async read(@Tenant() ctx: TenantContext, @Param('id', new WireIdPipe('tok')) id: string): Promise<TokenResponse> {
    tenantWide(ctx, 'tokens:read');
    return TokenResponse.from(await this.tokens.readToken({ ...whose(ctx), tokenId: id }));
  }

  @Patch(':id')
  @Permission('tokens:write')
  @Policy('read')
  @ApiOperation({
    operationId: 'updateToken',
    summary: '有効期限を更新する · Change the expiry',
    description: 'When the issuer renewed the card. The token stays; a card that is read again renews itself.',
  })
  @ApiParam(TOKEN_ID)
  @Answers({
    type: TokenResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing', 'token_revoked', 'card_service_unavailable'],
  })
  async update(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('tok')) id: string,
    @Body() body: UpdateTokenRequest,
  ): Promise<TokenResponse> {
    tenantWide(ctx, 'tokens:write');
    const { exp_month: expMonth, exp_year: expYear } = body;
    return TokenResponse.from(await this.tokens.updateToken({ ...whose(ctx), tokenId: id, expMonth, expYear }));
  }

  @Post(':id/revoke')
  @HttpCode(200)
  @Permission('tokens:write')
  @Policy('repair')
  @Idempotency('by_path')
  @ApiOperation({
    operationId: 'revokeToken',
    summary: 'トークンを失効させる · Revoke a card token',
    description:
      'For ever; again changes nothing. Nothing new begins with it (`token_revoked`); what was paid with it can still be captured, voided and refunded. The same card gets a new token when it is read again.',
  })
  @ApiParam(TOKEN_ID)
  @Answers({
    type: TokenResponse,
    statuses: [200],
    takesBody: true,
    problems: ['resource_missing', 'card_service_unavailable'],
    meanings: { 200: 'The token, revoked' },
  })
  async revoke(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('tok')) id: string,
    @NoBody() _body: Record<string, never>,
  ): Promise<TokenResponse> {
    tenantWide(ctx, 'tokens:write');
    return TokenResponse.from(await this.tokens.revokeToken({ ...whose(ctx), tokenId: id }));
  }

  @Get(':id/trail')
  @Permission('tokens:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'listTokenTrail',
    summary: 'トークンの利用履歴を見る · Who used a card, and why',
    description:
      'Every opening, sealing, reveal and change of this card inside the card zone, newest first, from the audit. Reading it is an entry, too.',
  })
  @ApiParam(TOKEN_ID)
  @Answers({ type: TokenTrailListResponse, statuses: [200], problems: ['resource_missing', ...LIST_PROBLEMS] })
  async trail(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('tok')) id: string,
    @Query() query: PageQuery,
  ): Promise<TokenTrailListResponse> {
    tenantWide(ctx, 'tokens:read');
    const scope = { list: 'token-trail', tenantId: ctx.tenantId, tokenId: id };
    const edge = this.#edge(scope, query);
    const read = await this.tokens.tokenTrail({ ...whose(ctx), tokenId: id, page: asked(query, edge) });
    return pageOf(read, { cursor: this.cursor, scope, edge }, (line) => TokenTrailResponse.from(line));
  }

  #edge(scope: object, { cursor }: PageQuery): PageEdge {
    return cursor === undefined ? {} : this.cursor.read(scope, cursor);
  }
}

function whose({ tenantId, requestId }: TenantContext): { tenantId: string; requestId: string } {
  return { tenantId, requestId };
}

function asked(query: PageQuery, edge: PageEdge): PageAsked {
  return { limit: query.size, ...edge };
}
