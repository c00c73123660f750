import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { FIELD_TEXTS } from './field-texts.js';
import { PROBLEMS } from './problem-catalogue.js';

const NEXT_ACTIONS = [
  'fix_request', 'retry_same_key', 'retry_later', 'read_resource', 'ask_cardholder', 'use_other_method',
  'contact_support', 'reauthenticate',
]; // prettier-ignore

export class FieldErrorResponse {
  @ApiProperty({
    example: '/money/amount',
    description: 'JSON pointer into the body, or the name of a query parameter',
  })
  pointer!: string;
  @ApiProperty({ enum: Object.keys(FIELD_TEXTS) })
  code!: string;
  @ApiProperty()
  detail!: string;
}

/** RFC 9457 problem details. Errors of 500 and above carry neither `detail`, `instance` nor `errors`. */
export class ProblemResponse {
  @ApiProperty({
    example: '/docs/errors/amount_invalid',
    format: 'uri-reference',
    description: 'Page with cause, fix and example',
  })
  type!: string;
  @ApiProperty({ example: '金額の形式が正しくありません' })
  title!: string;
  @ApiProperty({ type: 'integer', example: 400 })
  status!: number;
  @ApiPropertyOptional()
  detail?: string;
  @ApiPropertyOptional({ example: '/v1/payments' })
  instance?: string;
  @ApiProperty({ enum: Object.keys(PROBLEMS), description: 'Stable; branch on it' })
  code!: string;
  @ApiProperty({ example: 'req_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  request_id!: string;
  @ApiProperty()
  retryable!: boolean;
  @ApiProperty({ enum: NEXT_ACTIONS })
  next_action!: string;
  @ApiPropertyOptional({ type: [FieldErrorResponse] })
  errors?: FieldErrorResponse[];
  @ApiPropertyOptional({ description: 'With state_conflict: the state that forbids it' })
  current_status?: string;
  @ApiPropertyOptional({
    type: [String],
    example: ['refund', 'ensure_cancelled'],
    description: 'With state_conflict and refused amounts: what the payment allows at this moment',
  })
  allowed_actions?: string[];
  @ApiPropertyOptional({
    example: 'enter_pin',
    description: 'With state_conflict: what the payment waits for instead',
  })
  required_action?: string;
  @ApiPropertyOptional({
    example: 'forbidden_clear_tag',
    description:
      'With card_data_invalid and verification_required: the rule that the reading breaks, where it can be told without opening the card',
  })
  card_rule?: string;
  @ApiPropertyOptional({ example: '5A', description: 'With card_data_invalid: the tag that is meant; never its value' })
  chip_tag?: string;
  @ApiPropertyOptional({
    example: 'G74',
    description: 'With plan_not_allowed: the fault as Japanese card terminals name it (G70 to G78)',
  })
  domestic_code?: string;
  @ApiPropertyOptional({
    type: [String],
    example: ['one_time', 'installments:3'],
    description: 'With plan_not_allowed: the plans that are legal for this sale',
  })
  legal_plans?: string[];
  @ApiPropertyOptional({ description: 'With permission_denied: the permission that the key lacks' })
  permission?: string;
  @ApiPropertyOptional({ description: 'With quota_exceeded: the policy that is used up' })
  'violated-policies'?: string;
  @ApiPropertyOptional()
  client_reference?: string;
  @ApiPropertyOptional()
  payment?: string;
}
