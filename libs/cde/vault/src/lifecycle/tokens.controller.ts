import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import {
  VAULT_ROUTES,
  type NetworkTokenView,
  type PageRead,
  type TokenChange,
  type TokenTrailLine,
  type TokenView,
} from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { matchOf, objectOf, oneOf, uuidOf, wholeOf } from '../request-shape.js';
import { RequestShapeError } from '../vault-errors.js';
import { TokenChanges } from './token-changes.js';
import { TokenDesk } from './token-desk.service.js';
import { pageOf, tokenRequestOf } from './token-request.js';
import { TokenTrail } from './token-trail.js';

const NETWORKS = ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay'] as const;
const CHANGES_MAX = 200;

/** Internal doors of the life of tokens. The api asks for its tenants; a card network's news come through the switch. */
@Controller()
@UseGuards(InternalGuard)
export class TokensController {
  constructor(
    private readonly desk: TokenDesk,
    private readonly trails: TokenTrail,
    private readonly changes: TokenChanges,
  ) {}

  @Post(VAULT_ROUTES.tokenRead)
  @HttpCode(200)
  read(@Body() body: unknown): Promise<TokenView> {
    return this.desk.read(tokenRequestOf(objectOf(body, 'body')));
  }

  @Post(VAULT_ROUTES.tokenList)
  @HttpCode(200)
  list(@Body() body: unknown): Promise<PageRead<TokenView>> {
    const fields = objectOf(body, 'body');
    const state = fields['state'] === undefined ? undefined : oneOf(fields, 'state', ['active', 'revoked']);
    const last4 = fields['last4'] === undefined ? undefined : matchOf(fields, 'last4', /^[0-9]{4}$/);
    return this.desk.list(uuidOf(fields, 'tenantId'), pageOf(fields), { state, last4 });
  }

  @Post(VAULT_ROUTES.tokenUpdate)
  @HttpCode(200)
  update(@Body() body: unknown): Promise<TokenView> {
    const fields = objectOf(body, 'body');
    const month = wholeOf(fields, 'expMonth', { min: 1, max: 12 });
    const year = wholeOf(fields, 'expYear', { min: 2000, max: 2099 });
    const expiry = `${String(year % 100).padStart(2, '0')}${String(month).padStart(2, '0')}`;
    return this.desk.update(tokenRequestOf(fields), expiry);
  }

  @Post(VAULT_ROUTES.tokenRevoke)
  @HttpCode(200)
  revoke(@Body() body: unknown): Promise<TokenView> {
    return this.desk.revoke(tokenRequestOf(objectOf(body, 'body')));
  }

  @Post(VAULT_ROUTES.tokenTrail)
  @HttpCode(200)
  trail(@Body() body: unknown): Promise<PageRead<TokenTrailLine>> {
    const fields = objectOf(body, 'body');
    return this.trails.read(tokenRequestOf(fields), pageOf(fields));
  }

  @Post(VAULT_ROUTES.tokenNetwork)
  @HttpCode(200)
  network(@Body() body: unknown): Promise<TokenView> {
    const fields = objectOf(body, 'body');
    const par = fields['par'] === null ? null : matchOf(fields, 'par', /^[0-9A-Z]{29}$/);
    const networkToken = fields['networkToken'] === null ? null : readNetworkToken(fields['networkToken']);
    return this.desk.told(tokenRequestOf(fields), { par, networkToken });
  }

  @Post(VAULT_ROUTES.tokenChanges)
  @HttpCode(200)
  async untold(@Body() body: unknown): Promise<{ changes: TokenChange[] }> {
    const limit = wholeOf(objectOf(body, 'body'), 'limit', { min: 1, max: CHANGES_MAX });
    return { changes: await this.changes.untold(limit) };
  }

  @Post(VAULT_ROUTES.tokenChangesTold)
  @HttpCode(200)
  async told(@Body() body: unknown): Promise<{ told: number }> {
    const { changes } = objectOf(body, 'body');
    if (!Array.isArray(changes) || changes.length > CHANGES_MAX) throw new RequestShapeError('changes');
    const read = changes.map((change: unknown) => {
      const fields = objectOf(change, 'changes');
      return { tenantId: uuidOf(fields, 'tenantId'), id: uuidOf(fields, 'id') };
    });
    await this.changes.told(read);
    return { told: read.length };
  }
}

function readNetworkToken(value: unknown): NetworkTokenView {
  const fields = objectOf(value, 'networkToken');
  return {
    network: oneOf(fields, 'network', NETWORKS),
    reference: matchOf(fields, 'reference', /^[A-Za-z0-9_-]{1,64}$/),
    last4: fields['last4'] === null ? null : matchOf(fields, 'last4', /^[0-9]{4}$/),
    state: oneOf(fields, 'state', ['active', 'suspended', 'deleted']),
  };
}
