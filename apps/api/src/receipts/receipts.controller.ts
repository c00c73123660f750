import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { fromWireId, toWireId } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { MerchantDirectory, PaymentQueries, PaymentSignatures, presentPayment } from '@tsunagu/payments';
import {
  ReceiptPrints,
  renderReceipt,
  renderReceiptPdf,
  type PrintedSlip,
  type ReceiptFacts,
  type ReceiptWish,
} from '@tsunagu/receipts';
import { Permission, Policy } from '../access/permission.decorator.js';
import { Tenant } from '../access/tenant.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { Conversation, Talk } from '../http/conversation.js';
import { fieldsError, RequestError } from '../problem/request-error.js';
import { WireIdPipe } from '../validation/wire-id.pipe.js';
import { paymentFacts, refundFacts } from './receipt-facts.js';
import { ReceiptQuery } from './receipt.query.js';
import { ReceiptResponse } from './receipt.response.js';

const PDF = 'application/pdf';

/** One slip, ready to be rendered. */
interface Slip {
  readonly facts: ReceiptFacts;
  readonly wish: ReceiptWish;
  readonly print: number;
}

/** Slips of payments and refunds: lines, text and PDF from the same facts. */
@ApiTags('payments')
@Controller('v1/payments')
export class ReceiptsController {
  constructor(
    private readonly queries: PaymentQueries,
    private readonly directory: MerchantDirectory,
    private readonly prints: ReceiptPrints,
    private readonly signatures: PaymentSignatures,
  ) {}

  @Get(':id/receipt')
  @Permission('payments:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'getReceipt',
    summary: '控えを取得する · Read a receipt',
    description:
      'One copy of the slip as structured lines and as text for a printer of fixed pitch, in five languages. The first print of a copy is the original; every further one says 再発行, unless `print` asks for an earlier one again (a till that lost the answer asks with `print=1`). A payment whose outcome is open gives a slip marked 処理未了. Whole card numbers and expiry dates are on none.',
  })
  @ApiParam({ name: 'id', example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @Answers({
    type: ReceiptResponse,
    statuses: [200],
    problems: ['resource_missing', 'state_conflict', 'parameter_invalid', 'unknown_parameter'],
  })
  async read(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @Talk() talk: Conversation,
    @Query() query: ReceiptQuery,
  ): Promise<ReceiptResponse> {
    const slip = await this.slip(ctx, id, { query, talk });
    const { facts, wish, print } = slip;
    const { lines, text } = renderReceipt(facts, wish);
    const payment = toWireId('pay', id);
    return {
      object: 'receipt',
      livemode: facts.isLive,
      payment,
      refund: query.refund ?? null,
      kind: facts.kind,
      copy: wish.copy,
      lang: wish.language,
      width: wish.width,
      print,
      reprint: wish.isReprint,
      lines: lines.map((line) => ({ ...line, state: line.state ?? null })),
      text,
      pdf_url: `/v1/payments/${payment}/receipt.pdf?${parametersOf(slip, query)}`,
    };
  }

  @Get(':id/receipt.pdf')
  @Permission('payments:read')
  @Policy('read')
  @ApiOperation({
    operationId: 'getReceiptPdf',
    summary: '控えをPDFで取得する · Read a receipt as a PDF',
    description: 'The same slip as `receipt`, on one page of the width of the paper; every font is embedded.',
  })
  @ApiParam({ name: 'id', example: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  @ApiResponse({
    status: 200,
    description: 'The file',
    content: { [PDF]: { schema: { type: 'string', format: 'binary' }, example: '%PDF-1.3 …' } },
  })
  @Answers({
    type: ReceiptResponse,
    statuses: [],
    problems: ['resource_missing', 'state_conflict', 'parameter_invalid', 'unknown_parameter'],
  })
  async pdf(
    @Tenant() ctx: TenantContext,
    @Param('id', new WireIdPipe('pay')) id: string,
    @Talk() talk: Conversation,
    @Query() query: ReceiptQuery,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Buffer> {
    const { facts, wish } = await this.slip(ctx, id, { query, talk });
    const isSigned = (facts.signedAt ?? null) !== null && wish.copy !== 'customer';
    const signature = isSigned ? await this.signatures.picture(ctx, id) : undefined;
    const file = await renderReceiptPdf(facts, wish, signature);
    void reply.type(PDF).header('Content-Disposition', `inline; filename="${facts.reference}-${wish.copy}.pdf"`);
    return file;
  }

  private async slip(
    ctx: TenantContext,
    id: string,
    { query, talk }: { query: ReceiptQuery; talk: Conversation },
  ): Promise<Slip> {
    const { facts, subjectId } = await this.facts(ctx, id, { query, talk });
    const wish = query.toWish(talk.language);
    const printed = { subjectId, copy: wish.copy, kind: facts.kind };
    const wanted = query.print === undefined ? null : Number(query.print);
    const print = await this.number(ctx, printed, { wanted, isLook: talk.isLook });
    return { facts, wish: { ...wish, isReprint: print > 1 }, print };
  }

  /** Number of this print: the wanted one, else the next. Only a print is counted: a HEAD brings no paper. @throws RequestError `parameter_invalid` */
  private async number(
    ctx: TenantContext,
    slip: PrintedSlip,
    { wanted, isLook }: { wanted: number | null; isLook: boolean },
  ): Promise<number> {
    if (wanted === null && !isLook) return this.prints.count(ctx, slip);
    const printed = await this.prints.printed(ctx, slip);
    if (wanted !== null && wanted > printed) throw fieldsError([{ pointer: '/print', code: 'out_of_range' }]);
    return wanted ?? printed + 1;
  }

  /** @throws RequestError `resource_missing`; `state_conflict` the till has to do something before there is anything to print */
  private async facts(
    ctx: TenantContext,
    id: string,
    { query, talk }: { query: ReceiptQuery; talk: Conversation },
  ): Promise<{ facts: ReceiptFacts; subjectId: string }> {
    const view = await this.queries.find(ctx, id);
    const terminal = view === undefined ? undefined : await this.directory.terminal(ctx, view.terminalId);
    if (view === undefined || terminal === undefined) throw new RequestError('resource_missing');
    const source = { view, terminal, wire: presentPayment(view, talk) };
    if (query.refund === undefined) {
      const facts = paymentFacts(source);
      if (facts === null) throw new RequestError('state_conflict', { facts: { current_status: view.status } });
      return { facts, subjectId: id };
    }
    const refundId = fromWireId('ref', query.refund);
    const refund = view.refunds.find((each) => each.id === refundId);
    if (refund === undefined) throw new RequestError('resource_missing');
    return { facts: refundFacts(source, refund), subjectId: refund.id };
  }
}

/** The query that shows this very print again. */
function parametersOf({ wish, print }: Slip, { refund }: ReceiptQuery): string {
  const { copy, language, width } = wish;
  const parameters = {
    copy,
    lang: language,
    width: String(width),
    ...(refund === undefined ? {} : { refund }),
    print: String(print),
  };
  return new URLSearchParams(parameters).toString();
}
