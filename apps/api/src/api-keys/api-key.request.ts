import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { fromWireId } from '@tsunagu/kernel';
import { isNetwork, type KeyOrder } from '@tsunagu/merchants';
import { PERMISSIONS } from '../access/permission.decorator.js';
import { instantFits } from '../http/query-rules.js';
import { Fits, ListOf, Optional, Text, Whole } from '../validation/field-rules.js';

/** A week: long enough to reach every till, short enough to be a rotation. */
const OVERLAP_MAX_SECONDS = 7 * 24 * 3_600;
const NETWORKS_MAX = 50;
const wireId = (prefix: string) => new RegExp(`^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$`);

export class CreateApiKeyRequest {
  @ApiProperty({ maxLength: 80, example: 'POS fleet, Ginza', description: 'For people' })
  @Text(/^[\p{L}\p{N} .,:()_-]{1,80}$/u, 80)
  name!: string;

  @ApiProperty({
    isArray: true,
    enum: PERMISSIONS,
    example: ['payments:read', 'payments:write'],
    description: 'What it may do: never more than the key that asks',
  })
  @ListOf((scope) => (PERMISSIONS as readonly string[]).includes(scope), PERMISSIONS.length)
  scopes!: string[];

  @ApiPropertyOptional({ description: 'Limit it to a store; left out: the node of the key that asks' })
  @Optional()
  @Text(wireId('str'), 30)
  store_id?: string;

  @ApiPropertyOptional({ description: 'Limit it to a terminal' })
  @Optional()
  @Text(wireId('trm'), 30)
  terminal_id?: string;

  @ApiPropertyOptional({
    type: [String],
    maxItems: NETWORKS_MAX,
    example: ['127.0.0.0/8', '::1'],
    description: 'Addresses and networks it may be used from; left out: those of the key that asks',
  })
  @Optional()
  @ListOf(isNetwork, NETWORKS_MAX)
  allowed_ips?: string[];

  @ApiPropertyOptional({ format: 'date-time', example: '2030-01-01T00:00:00.000Z' })
  @Optional()
  @Fits(instantFits)
  expires_at?: string;

  toOrder(): KeyOrder {
    return {
      name: this.name,
      scopes: [...new Set(this.scopes)],
      storeId: this.store_id === undefined ? undefined : fromWireId('str', this.store_id),
      terminalId: this.terminal_id === undefined ? undefined : fromWireId('trm', this.terminal_id),
      allowedIps: this.allowed_ips,
      expiresAt: this.expires_at === undefined ? undefined : new Date(this.expires_at),
    };
  }
}

export class RotateApiKeyRequest {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: OVERLAP_MAX_SECONDS,
    default: 86_400,
    example: 3_600,
    description: 'How long the old key works beside the new one',
  })
  @Optional()
  @Whole({ min: 0, max: OVERLAP_MAX_SECONDS })
  overlap_seconds?: number;
}
