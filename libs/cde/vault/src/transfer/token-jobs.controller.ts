import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { matchOf, objectOf, requestText, textOf, uuidOf, wholeOf } from '../request-shape.js';
import { RequestShapeError } from '../vault-errors.js';
import type { JobLine } from './token-job.repository.js';
import { TokenJobs, type JobView } from './token-jobs.service.js';

const LINES_MAX = 500;
const LINE_MAX = 10_000_000;
const CARD_BYTES = { min: 40, max: 64 } as const;

/** A line as partners and tenants see it: what became of it, and for an export the card under the partner's key. */
interface LineAnswer {
  readonly line: number;
  readonly reference: string;
  readonly code: string | null;
  readonly tokenId: string | null;
  /** Base64; null for imported lines. */
  readonly card: string | null;
}

/** Internal doors of files of cards. Everything that comes in and goes out here is encrypted under an exchange key. */
@Controller()
@UseGuards(InternalGuard)
export class TokenJobsController {
  constructor(private readonly jobs: TokenJobs) {}

  @Post(VAULT_ROUTES.tokenImportBegin)
  @HttpCode(200)
  async begin(@Body() body: unknown): Promise<{ jobId: string }> {
    const fields = objectOf(body, 'body');
    const keyId = requestText(fields, 'keyId', 100);
    const job = await this.jobs.beginImport(uuidOf(fields, 'tenantId'), keyId, requestText(fields, 'requestId', 200));
    return { jobId: job.id };
  }

  @Post(VAULT_ROUTES.tokenImportLines)
  @HttpCode(200)
  async lines(@Body() body: unknown): Promise<{ lines: number }> {
    const fields = objectOf(body, 'body');
    const given = fields['lines'];
    if (!Array.isArray(given) || given.length === 0 || given.length > LINES_MAX) throw new RequestShapeError('lines');
    const lines = given.map(readLine);
    await this.jobs.addLines(uuidOf(fields, 'tenantId'), uuidOf(fields, 'jobId'), lines);
    return { lines: lines.length };
  }

  @Post(VAULT_ROUTES.tokenImportStart)
  @HttpCode(200)
  start(@Body() body: unknown): Promise<JobView> {
    const fields = objectOf(body, 'body');
    return this.jobs.start(uuidOf(fields, 'tenantId'), uuidOf(fields, 'jobId'));
  }

  @Post(VAULT_ROUTES.tokenJobRead)
  @HttpCode(200)
  read(@Body() body: unknown): Promise<JobView> {
    const fields = objectOf(body, 'body');
    return this.jobs.read(uuidOf(fields, 'tenantId'), uuidOf(fields, 'jobId'));
  }

  @Post(VAULT_ROUTES.tokenJobResults)
  @HttpCode(200)
  async results(@Body() body: unknown): Promise<{ lines: LineAnswer[] }> {
    const fields = objectOf(body, 'body');
    const after = wholeOf(fields, 'after', { min: 0, max: LINE_MAX });
    const jobId = uuidOf(fields, 'jobId');
    const lines = await this.jobs.results(uuidOf(fields, 'tenantId'), jobId, after, LINES_MAX);
    return { lines: lines.map(answerOf) };
  }
}

function readLine(value: unknown): Pick<JobLine, 'line' | 'reference' | 'card'> {
  const fields = objectOf(value, 'lines');
  const card = Buffer.from(textOf(fields['card'], 'card', 100), 'base64');
  if (card.length < CARD_BYTES.min || card.length > CARD_BYTES.max) throw new RequestShapeError('card');
  const line = wholeOf(fields, 'line', { min: 1, max: LINE_MAX });
  return { line, reference: matchOf(fields, 'reference', /^[A-Za-z0-9_.:/-]{1,100}$/), card };
}

function answerOf({ line, reference, code, tokenId, card }: JobLine): LineAnswer {
  const isSettled = code !== null;
  return { line, reference, code, tokenId, card: isSettled ? (card?.toString('base64') ?? null) : null };
}
