import { ApiProperty } from '@nestjs/swagger';
import type { TokenJobLine, TokenJobView } from '@tsunagu/contracts';
import { toWireId } from '@tsunagu/kernel';
import { ListOf } from '../lists/list.response.js';

const INSTANT = { type: String, format: 'date-time', example: '2026-11-22T03:04:05.678Z' } as const;
const STATUS = { requested: 'pending_approval', filling: 'collecting', running: 'running', done: 'done' } as const;
const MAY: Readonly<Record<TokenJobView['state'], string[]>> = {
  requested: [],
  filling: ['add_lines', 'start'],
  running: ['read_results'],
  done: ['read_results'],
};

/** A file of cards and how far it is. */
export class TokenFileResponse {
  @ApiProperty({ enum: ['token_import', 'token_export'] })
  object!: string;
  @ApiProperty({ example: 'bat_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  id!: string;
  @ApiProperty({
    enum: Object.values(STATUS),
    description:
      'pending_approval: an export waits for two key custodians; collecting: an import takes lines; running; done: each line has its code',
  })
  status!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'migration-2026-11',
    description: 'null: an export that the custodians began by themselves',
  })
  client_reference!: string | null;
  @ApiProperty({ example: 'exchange-partner1-0193a1c2-1' })
  key_id!: string;
  @ApiProperty({ type: 'integer', minimum: 0, example: 3 })
  lines_total!: number;
  @ApiProperty({ type: 'integer', minimum: 0, example: 0, description: 'Not worked on yet' })
  lines_waiting!: number;
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { created: 1, found: 1, card_data_invalid: 1 },
    description: 'Lines by their code',
  })
  lines_by_code!: Record<string, number>;
  @ApiProperty({ type: [String], example: ['read_results'], description: 'add_lines, start, read_results' })
  allowed_actions!: string[];
  @ApiProperty(INSTANT)
  created_at!: string;
  @ApiProperty({ ...INSTANT, nullable: true, example: null })
  finished_at!: string | null;

  static from(job: TokenJobView): TokenFileResponse {
    const { waiting = 0, ...byCode } = job.counts;
    return {
      object: `token_${job.kind}`,
      id: toWireId('bat', job.id),
      status: STATUS[job.state],
      client_reference: job.reference,
      key_id: job.keyId,
      lines_total: Object.values(byCode).reduce((all, count) => all + count, waiting),
      lines_waiting: waiting,
      lines_by_code: byCode,
      allowed_actions: MAY[job.state],
      created_at: job.createdAt,
      finished_at: job.finishedAt,
    };
  }
}

export class TokenFileListResponse extends ListOf(TokenFileResponse) {}

/** What became of one card of a file. */
export class TokenFileLineResponse {
  @ApiProperty({ enum: ['token_file_line'] })
  object!: 'token_file_line';
  @ApiProperty({ type: 'integer', minimum: 1, example: 1 })
  line!: number;
  @ApiProperty({ example: 'customer-0001' })
  reference!: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'created',
    description:
      'null: not worked on yet. created, found: the card has this token; exported; card_data_invalid: it does not open under its reference and the key, or is no card; token_revoked, token_missing: there is nothing to export any more',
  })
  code!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'tok_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  token!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description:
      'Of an export: the card under the exchange key, sealed as the lines of an import are; nobody else opens it',
  })
  card!: string | null;

  static from({ line, reference, code, tokenId, card }: TokenJobLine): TokenFileLineResponse {
    const token = tokenId === null ? null : toWireId('tok', tokenId);
    return { object: 'token_file_line', line, reference, code, token, card };
  }
}

export class TokenFileLineListResponse extends ListOf(TokenFileLineResponse) {}
