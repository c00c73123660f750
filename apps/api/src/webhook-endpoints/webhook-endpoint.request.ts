import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Flag, Optional, Text } from '../validation/field-rules.js';

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
    description: 'Make a new secret and answer it; the old one signs nothing from then on',
    default: false,
  })
  @Optional()
  @Flag()
  rotate_secret?: boolean;
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
}
