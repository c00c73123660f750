import { Body, Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { VAULT_ROUTES, type LinePage, type PageRead, type TokenJobLine, type TokenJobView } from '@tsunagu/contracts';
import { InternalGuard } from '@tsunagu/platform';
import { pageOf } from '../lifecycle/token-request.js';
import { matchOf, objectOf, oneOf, requestText, textOf, uuidOf, wholeOf } from '../request-shape.js';
import { RequestShapeError } from '../vault-errors.js';
import type { JobLine } from './token-job.repository.js';
import { TokenJobs } from './token-jobs.service.js';

const LINES_MAX = 500;
const LINE_MAX = 10_000_000;
const CARD_BYTES = { min: 40, max: 64 } as const;

const KINDS = ['import', 'export'] as const;

/** Internal doors of files of cards. Everything that comes in and goes out here is encrypted under an exchange key. */
@Controller()
@UseGuards(InternalGuard)
export class TokenJobsController {
  constructor(private readonly jobs: TokenJobs) {}

  @Post(VAULT_ROUTES.tokenJobBegin)
  @HttpCode(200)
  begin(@Body() body: unknown): Promise<{ job: TokenJobView; isNew: boolean }> {
    const fields = objectOf(body, 'body');
    return this.jobs.begin(uuidOf(fields, 'tenantId'), {
      kind: oneOf(fields, 'kind', KINDS),
      keyId: requestText(fields, 'keyId', 100),
      reference: matchOf(fields, 'reference', /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$/),
      requestId: requestText(fields, 'requestId', 200),
    });
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
  start(@Body() body: unknown): Promise<TokenJobView> {
    const fields = objectOf(body, 'body');
    return this.jobs.start(uuidOf(fields, 'tenantId'), uuidOf(fields, 'jobId'));
  }

  @Post(VAULT_ROUTES.tokenJobList)
  @HttpCode(200)
  list(@Body() body: unknown): Promise<PageRead<TokenJobView>> {
    const fields = objectOf(body, 'body');
    return this.jobs.list(uuidOf(fields, 'tenantId'), oneOf(fields, 'kind', KINDS), pageOf(fields));
  }

  @Post(VAULT_ROUTES.tokenJobRead)
  @HttpCode(200)
  read(@Body() body: unknown): Promise<TokenJobView> {
    const fields = objectOf(body, 'body');
    return this.jobs.read(uuidOf(fields, 'tenantId'), uuidOf(fields, 'jobId'), oneOf(fields, 'kind', KINDS));
  }

  @Post(VAULT_ROUTES.tokenJobResults)
  @HttpCode(200)
  async results(@Body() body: unknown): Promise<PageRead<TokenJobLine>> {
    const fields = objectOf(body, 'body');
    const asked = { jobId: uuidOf(fields, 'jobId'), kind: oneOf(fields, 'kind', KINDS) };
    const page = linePage(objectOf(fields['page'], 'page'));
    const { data, hasMore } = await this.jobs.results(uuidOf(fields, 'tenantId'), asked, page);
    return { data: data.map(answerOf), hasMore };
  }
}

function linePage(page: Record<string, unknown>): LinePage {
  const limit = wholeOf(page, 'limit', { min: 1, max: LINES_MAX });
  const edge = (name: 'after' | 'before') =>
    page[name] === undefined ? undefined : wholeOf(page, name, { min: 0, max: LINE_MAX + 1 });
  return { limit, after: edge('after'), before: edge('before') };
}

function readLine(value: unknown): Pick<JobLine, 'line' | 'reference' | 'card'> {
  const fields = objectOf(value, 'lines');
  const card = Buffer.from(textOf(fields['card'], 'card', 100), 'base64');
  if (card.length < CARD_BYTES.min || card.length > CARD_BYTES.max) throw new RequestShapeError('card');
  const line = wholeOf(fields, 'line', { min: 1, max: LINE_MAX });
  return { line, reference: matchOf(fields, 'reference', /^[A-Za-z0-9_.:/-]{1,100}$/), card };
}

function answerOf({ line, reference, code, tokenId, card }: JobLine): TokenJobLine {
  const isSettled = code !== null;
  return { line, reference, code, tokenId, card: isSettled ? (card?.toString('base64') ?? null) : null };
}
