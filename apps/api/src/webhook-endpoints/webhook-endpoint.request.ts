import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ValidateIf } from 'class-validator';
import { Flag, Optional, Text } from '../validation/field-rules.js';
import { EventTypes, TYPES_FIELD } from './webhook-delivery.request.js';

const TYPES_MEANING = 'Which events are sent; left out: as it was, null: all';
/** No spaces, no control characters; what a URL may be is judged by the rules of webhook URLs. */
const URL_TEXT = /^[\x21-\x7e]+$/;
const URL_LENGTH_MAX = 2_000;
const URL_FIELD = {
  example: 'https://merchant.example/tsunagu/webhooks',
  maxLength: URL_LENGTH_MAX,
  description:
    'https on port 443 or 8443, a name whose every address is public. In the sandbox also http and https on loopback',
};

export class SetWebhookEndpointRequest {
  @ApiProperty(URL_FIELD)
  @Text(URL_TEXT, URL_LENGTH_MAX)
  url!: string;

  @ApiPropertyOptional({
    description: 'Make a new secret and answer it; the former one signs beside it for 24 hours',
    default: false,
  })
  @Optional()
  @Flag()
  rotate_secret?: boolean;

  @ApiPropertyOptional({ ...TYPES_FIELD, description: TYPES_MEANING })
  @ValidateIf((_, value) => value !== undefined && value !== null)
  @EventTypes()
  types?: string[] | null;
}

export class ChangeWebhookEndpointRequest {
  @ApiPropertyOptional(URL_FIELD)
  @Optional()
  @Text(URL_TEXT, URL_LENGTH_MAX)
  url?: string;

  @ApiPropertyOptional({
    example: false,
    description: 'false: nothing is sent. Events that happen meanwhile are never sent; they stay in the list of events',
  })
  @Optional()
  @Flag()
  enabled?: boolean;

  @ApiPropertyOptional({ ...TYPES_FIELD, description: TYPES_MEANING })
  @ValidateIf((_, value) => value !== undefined && value !== null)
  @EventTypes()
  types?: string[] | null;
}
