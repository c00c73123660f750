import { ApiPropertyOptional } from '@nestjs/swagger';
import { fromWireId } from '@tsunagu/kernel';
import type { AuditFilter } from '@tsunagu/notify';
import { instantFits, wordsFit } from '../http/query-rules.js';
import { PageQuery } from '../lists/page.query.js';
import { Fits, Optional, Text } from '../validation/field-rules.js';

export class ListAuditEventsQuery extends PageQuery {
  @ApiPropertyOptional({ example: 'api_key.created,api_key.revoked', description: 'One operation or several' })
  @Optional()
  @Fits(wordsFit((word) => /^[a-z_]{1,40}\.[a-z_]{1,40}$/.test(word)))
  operation?: string;

  @ApiPropertyOptional({ example: 'key_01JDA0Q5P8F6TBN3X2V7K9M4RE', description: 'API key or webhook endpoint' })
  @Optional()
  @Text(/^(?:key|whe)_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  object_id?: string;

  @ApiPropertyOptional({ example: 'key_01JDA0Q5P8F6TBN3X2V7K9M4RE', description: 'The key that did it' })
  @Optional()
  @Text(/^key_[0-7][0-9A-HJKMNP-TV-Z]{25}$/, 30)
  actor?: string;

  @ApiPropertyOptional({ format: 'date-time', example: '2026-11-22T00:00:00Z' })
  @Optional()
  @Fits(instantFits)
  created_gte?: string;

  @ApiPropertyOptional({ format: 'date-time', example: '2026-11-23T00:00:00Z' })
  @Optional()
  @Fits(instantFits)
  created_lt?: string;

  toFilter(): AuditFilter {
    const instant = (text: string | undefined) => (text === undefined ? undefined : new Date(text));
    return {
      operations: this.operation?.split(','),
      objectId: this.object_id === undefined ? undefined : fromWireId(this.object_id.slice(0, 3), this.object_id),
      actorKey: this.actor === undefined ? undefined : fromWireId('key', this.actor),
      createdGte: instant(this.created_gte),
      createdLt: instant(this.created_lt),
    };
  }
}
