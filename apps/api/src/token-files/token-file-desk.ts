import { Injectable } from '@nestjs/common';
import { TokenFilePort, type LinePage, type TenantContext, type TokenJobKind } from '@tsunagu/contracts';
import { tenantWide } from '../access/tenant-wide.js';
import type { Conversation } from '../http/conversation.js';
import { PageCursor, type PageEdge } from '../lists/page-cursor.js';
import type { PageQuery } from '../lists/page.query.js';
import { pageOf } from '../lists/page.js';
import type { BeginTokenFileRequest } from './token-file.request.js';
import {
  TokenFileLineResponse,
  TokenFileResponse,
  type TokenFileLineListResponse,
  type TokenFileListResponse,
} from './token-file.response.js';

/** Whose file of which kind, and the permission that its route asks for. */
export interface FileAsked {
  readonly ctx: TenantContext;
  readonly kind: TokenJobKind;
  readonly permission: string;
}

/** What imports and exports have in common on the wire. The card zone keeps the files; a whole tenant's key sees them. */
@Injectable()
export class TokenFileDesk {
  constructor(
    private readonly files: TokenFilePort,
    private readonly cursor: PageCursor,
  ) {}

  async begin(asked: FileAsked, body: BeginTokenFileRequest, talk: Conversation): Promise<TokenFileResponse> {
    const { client_reference: reference, key_id: keyId } = body;
    const { job, isNew } = await this.files.beginJob({ ...whose(asked), reference, keyId });
    talk.say({ isFinal: true, replayed: !isNew });
    return TokenFileResponse.from(job);
  }

  async list(asked: FileAsked, query: PageQuery): Promise<TokenFileListResponse> {
    const scope = { list: `token-${asked.kind}s`, tenantId: asked.ctx.tenantId };
    const edge = this.#edge(scope, query);
    const read = await this.files.listJobs({ ...whose(asked), page: { limit: query.size, ...edge } });
    return pageOf(read, { cursor: this.cursor, scope, edge }, (job) => TokenFileResponse.from(job));
  }

  async read(asked: FileAsked, jobId: string): Promise<TokenFileResponse> {
    return TokenFileResponse.from(await this.files.readJob({ ...whose(asked), jobId }));
  }

  /** In the order of the file. */
  async results(asked: FileAsked, jobId: string, query: PageQuery): Promise<TokenFileLineListResponse> {
    const scope = { list: 'token-file-lines', tenantId: asked.ctx.tenantId, jobId };
    const edge = this.#edge(scope, query);
    const read = await this.files.jobResults({ ...whose(asked), jobId, page: linePage(query, edge) });
    const rows = { data: read.data.map((line) => ({ id: lineId(line.line), line })), hasMore: read.hasMore };
    const marks = { cursor: this.cursor, scope, edge, oldestFirst: true };
    return pageOf(rows, marks, ({ line }) => TokenFileLineResponse.from(line));
  }

  #edge(scope: object, { cursor }: PageQuery): PageEdge {
    return cursor === undefined ? {} : this.cursor.read(scope, cursor);
  }
}

function whose({ ctx, kind, permission }: FileAsked): { tenantId: string; requestId: string; kind: TokenJobKind } {
  tenantWide(ctx, permission);
  return { tenantId: ctx.tenantId, requestId: ctx.requestId, kind };
}

/** A line number in the form that cursors carry. */
function lineId(line: number): string {
  return `00000000-0000-0000-0000-${line.toString(16).padStart(12, '0')}`;
}

function linePage({ size: limit }: PageQuery, { afterId, beforeId }: PageEdge): LinePage {
  const line = (id: string | undefined) => (id === undefined ? undefined : parseInt(id.slice(24), 16));
  return { limit, after: line(afterId), before: line(beforeId) };
}
