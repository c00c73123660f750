import { ApiProperty } from '@nestjs/swagger';
import { toWireId } from '@tsunagu/kernel';
import type { AuditView } from '@tsunagu/notify';
import { ListOf } from '../lists/list.response.js';

/** Prefix of the object, by the first half of its operation. */
const PREFIX: Readonly<Record<string, string>> = { api_key: 'key', webhook_endpoint: 'whe' };
const STATE = { type: 'object', additionalProperties: true, nullable: true } as const;

/** Who changed what. */
export class AuditEventResponse {
  @ApiProperty({ enum: ['audit_event'] })
  object!: 'audit_event';
  @ApiProperty({ example: 'aud_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  id!: string;
  @ApiProperty({ format: 'date-time', example: '2026-11-22T03:04:05.678Z' })
  at!: string;
  @ApiProperty({
    example: 'api_key.revoked',
    description:
      'api_key.created, rotated, revoked; webhook_endpoint.created, updated, secret_rotated; audit_log.read; more may come',
  })
  operation!: string;
  @ApiProperty({ type: String, nullable: true, example: 'key_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  object_id!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'key_01JDA0Q5P8F6TBN3X2V7K9M4RF',
    description: 'The key that did it; null: the centre',
  })
  actor!: string | null;
  @ApiProperty({ example: 'req_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  request_id!: string;
  @ApiProperty({ ...STATE, description: 'How it was; null: it did not exist. Never a secret' })
  before!: Record<string, unknown> | null;
  @ApiProperty({ ...STATE, description: 'How it is since then' })
  after!: Record<string, unknown> | null;

  static from(entry: AuditView): AuditEventResponse {
    const prefix = PREFIX[entry.operation.split('.')[0]!] ?? 'aud';
    return {
      object: 'audit_event',
      id: toWireId('aud', entry.id),
      at: entry.at.toISOString(),
      operation: entry.operation,
      object_id: entry.objectId === null ? null : toWireId(prefix, entry.objectId),
      actor: entry.actorKey === null ? null : toWireId('key', entry.actorKey),
      request_id: entry.requestId,
      before: entry.before,
      after: entry.after,
    };
  }
}

export class AuditEventListResponse extends ListOf(AuditEventResponse) {}
