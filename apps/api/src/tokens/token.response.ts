import { ApiProperty } from '@nestjs/swagger';
import type { CardDisplay, NetworkTokenView, TokenTrailLine, TokenView } from '@tsunagu/contracts';
import { toWireId } from '@tsunagu/kernel';
import { CardResponse } from '@tsunagu/payments';
import { ListOf } from '../lists/list.response.js';

const INSTANT = { type: String, format: 'date-time', example: '2026-11-22T03:04:05.678Z' } as const;

export class NetworkTokenResponse {
  @ApiProperty({ enum: ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay'] })
  network!: string;
  @ApiProperty({ example: 'DNITHE301821', description: 'Reference of the network; its number stays with the network' })
  reference!: string;
  @ApiProperty({ type: String, nullable: true, example: '4412' })
  last4!: string | null;
  @ApiProperty({ enum: ['active', 'suspended', 'deleted'], description: 'deleted: for ever' })
  status!: string;
}

/** A card as this tenant may know it. */
export class TokenResponse {
  @ApiProperty({ enum: ['token'] })
  object!: 'token';
  @ApiProperty({ example: 'tok_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  id!: string;
  @ApiProperty({
    enum: ['active', 'spent', 'revoked'],
    description: 'spent: a single-use token that served its purchase',
  })
  status!: string;
  @ApiProperty({ enum: ['multi', 'single'], description: 'multi: the same card gets the same token again' })
  uses!: string;
  @ApiProperty({ type: CardResponse })
  card!: CardResponse;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Payment account reference, when the network told it: the same for every token of one account',
  })
  par!: string | null;
  @ApiProperty({ type: [NetworkTokenResponse] })
  network_tokens!: NetworkTokenResponse[];
  @ApiProperty(INSTANT)
  created_at!: string;
  @ApiProperty(INSTANT)
  updated_at!: string;
  @ApiProperty({ ...INSTANT, nullable: true, example: null })
  revoked_at!: string | null;

  static from(token: TokenView): TokenResponse {
    return {
      object: 'token',
      id: toWireId('tok', token.id),
      status: token.state,
      uses: token.uses,
      card: cardOf(token.card),
      par: token.par,
      network_tokens: token.networkTokens.map(networkOf),
      created_at: token.createdAt,
      updated_at: token.updatedAt,
      revoked_at: token.revokedAt,
    };
  }
}

export class TokenListResponse extends ListOf(TokenResponse) {}

/** One thing that was done with a card, or refused. */
export class TokenTrailResponse {
  @ApiProperty({ enum: ['token_trail_entry'] })
  object!: 'token_trail_entry';
  @ApiProperty({ example: 'aud_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  id!: string;
  @ApiProperty(INSTANT)
  at!: string;
  @ApiProperty({
    example: 'seal_account',
    description: 'open, seal_account, reveal, token_update, token_revoke, token_network, token_export, token_trail, …',
  })
  operation!: string;
  @ApiProperty({ example: 'refund', description: 'Purpose or reason, or why it was refused' })
  result!: string;
  @ApiProperty({ example: 'req_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  request_id!: string;

  static from(line: TokenTrailLine): TokenTrailResponse {
    const { at, operation, result, requestId } = line;
    return { object: 'token_trail_entry', id: toWireId('aud', line.id), at, operation, result, request_id: requestId };
  }
}

export class TokenTrailListResponse extends ListOf(TokenTrailResponse) {}

function networkOf({ network, reference, last4, state }: NetworkTokenView): NetworkTokenResponse {
  return { network, reference, last4, status: state };
}

function cardOf(card: CardDisplay): CardResponse {
  const { brand, bin6, last4, funding, country } = card;
  const expiry = { exp_month: card.expMonth, exp_year: card.expYear };
  return { brand, bin6, last4, ...expiry, issuer_name: card.issuerName, funding, country, wallet: null };
}
