import { ApiProperty } from '@nestjs/swagger';
import { toWireId } from '@tsunagu/kernel';
import type { MadeKey, ShownKey } from '@tsunagu/merchants';
import { PERMISSIONS } from '../access/permission.decorator.js';
import { ListOf } from '../lists/list.response.js';

const instant = { type: String, format: 'date-time', nullable: true } as const;
const wireId = (prefix: string) => ({ type: String, nullable: true, example: `${prefix}_01JDA0Q5P8F6TBN3X2V7K9M4RE` });

/** A key without the key: what may be shown at any time. */
export class ApiKeyResponse {
  @ApiProperty({ example: 'key_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  id!: string;
  @ApiProperty({ enum: ['api_key'] })
  object!: 'api_key';
  @ApiProperty({ example: false })
  livemode!: boolean;
  @ApiProperty({ example: 'POS fleet, Ginza' })
  name!: string;
  @ApiProperty({ enum: ['active', 'expired', 'revoked'] })
  status!: string;
  @ApiProperty({ type: [String], example: [...PERMISSIONS].slice(0, 2) })
  scopes!: string[];
  @ApiProperty({ ...wireId('str'), description: 'The store it is limited to' })
  store_id!: string | null;
  @ApiProperty({ ...wireId('trm'), description: 'The terminal it is limited to' })
  terminal_id!: string | null;
  @ApiProperty({ type: [String], nullable: true, example: ['203.0.113.0/24'], description: 'null: anywhere' })
  allowed_ips!: string[] | null;
  @ApiProperty({ example: '2026-11-01', description: 'Version of the API for requests that name none' })
  api_version!: string;
  @ApiProperty({ ...instant, example: null })
  expires_at!: string | null;
  @ApiProperty({ ...instant, example: null })
  revoked_at!: string | null;
  @ApiProperty({ ...instant, example: '2026-11-22T03:04:00.000Z', description: 'Up to a minute behind' })
  last_used_at!: string | null;
  @ApiProperty({ ...wireId('key'), description: 'The key that asked for it' })
  created_by!: string | null;
  @ApiProperty({ ...wireId('key'), description: 'The key that it takes over from', example: null })
  replaces!: string | null;
  @ApiProperty({ type: String, format: 'date-time', example: '2026-11-22T03:04:05.678Z' })
  created_at!: string;

  static from(key: ShownKey, now: Date): ApiKeyResponse {
    const text = (at: Date | null) => at?.toISOString() ?? null;
    const id = (prefix: string, rowId: string | null) => (rowId === null ? null : toWireId(prefix, rowId));
    return {
      id: toWireId('key', key.id),
      object: 'api_key',
      livemode: key.mode === 'live',
      name: key.name,
      status: statusOf(key, now),
      scopes: [...key.scopes],
      store_id: id('str', key.storeId),
      terminal_id: id('trm', key.terminalId),
      allowed_ips: key.allowedIps === null ? null : [...key.allowedIps],
      api_version: key.apiVersion,
      expires_at: text(key.expiresAt),
      revoked_at: text(key.revokedAt),
      last_used_at: text(key.lastUsedAt),
      created_by: id('key', key.createdBy),
      replaces: id('key', key.replaces),
      created_at: key.createdAt.toISOString(),
    };
  }
}

export class ApiKeyMadeResponse extends ApiKeyResponse {
  @ApiProperty({
    example: 'tsk_test_01JDA0Q5P8F6TBN3X2V7K9M4RE_…',
    description: 'The key in clear, this once: only a digest is kept. Never put it into a URL, an app or a repository',
  })
  key!: string;

  static of({ shown, key }: MadeKey, now: Date): ApiKeyMadeResponse {
    return { ...ApiKeyResponse.from(shown, now), key };
  }
}

export class ApiKeyListResponse extends ListOf(ApiKeyResponse) {}

function statusOf({ revokedAt, expiresAt }: ShownKey, now: Date): string {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
}
