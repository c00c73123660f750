import { TILL_LANGUAGES } from '@tsunagu/kernel';
import { renderDocumentPdf, type DocumentBlock } from '@tsunagu/receipts';
import type { DccEvidenceResponse, DccSideResponse, DccTermsResponse } from './dcc-offer.response.js';

const NONE = '–';

/**
 * The evidence as a document for an auditor or a dispute: in Japanese and English, each disclosure in its own language as it was shown.
 * @returns bytes of a PDF
 */
export function evidencePdf(evidence: DccEvidenceResponse, madeAt: Date): Promise<Buffer> {
  const { payment, offers, choice } = evidence;
  const chosen = offers.find(({ id }) => id === choice?.offer);
  return renderDocumentPdf({
    title: '通貨選択の証跡 · Evidence of the choice of currency (DCC)',
    language: 'ja',
    madeAt,
    footer: `${payment.id} · ${evidence.record_hash ?? 'no choice'} · ${madeAt.toISOString()}`,
    blocks: [
      ...paymentBlocks(evidence),
      ...choiceBlocks(evidence),
      ...offers.flatMap((offer) => offerBlocks(offer, offer === chosen)),
      ...refundBlocks(evidence),
    ],
  });
}

function paymentBlocks({ payment, wire }: DccEvidenceResponse): DocumentBlock[] {
  const { dcc, card, money } = payment;
  return [
    heading('取引 · Payment'),
    pair('取引番号 · Payment', payment.id),
    pair('店舗 · Store', payment.store_id),
    pair('端末 · Terminal', payment.terminal_id),
    pair('営業日 · Business date', payment.business_date),
    pair('状態 · Status', `${payment.status}${payment.reason === null ? '' : ` (${payment.reason})`}`),
    pair('金額 · Amount', sumText(money)),
    pair('請求額 · Charged', chargedText(payment)),
    pair(
      'カード · Card',
      card === null ? NONE : `${card.brand} ${card.bin6}…${card.last4} ${card.country ?? ''}`.trim(),
    ),
    pair('通貨選択 · Conversion', dcc === null ? NONE : dcc.status),
    pair('伝文照会番号 · Retrieval reference', wire === null ? NONE : `${wire.link} ${wire.rrn}, STAN ${wire.stan}`),
    pair('承認番号 · Approval', wire?.approval_code ?? NONE),
  ];
}

/** Less than the amount when the issuer approved a part; in both currencies when the holder chose the other one. */
function chargedText({ captured, dcc }: DccEvidenceResponse['payment']): string {
  if (captured.amount === 0) return NONE;
  const foreign = dcc?.status === 'accepted' ? dcc.amount_display : null;
  return foreign === null ? sumText(captured) : `${sumText(captured)} / ${foreign}`;
}

function sumText({ amount_display: display, currency }: DccEvidenceResponse['payment']['money']): string {
  return display.startsWith(currency) ? display : `${currency} ${display}`;
}

function choiceBlocks({ choice, record_hash: hash, intact }: DccEvidenceResponse): DocumentBlock[] {
  if (choice === null)
    return [heading('選択 · Choice'), { type: 'text', text: '選択はありません。 · No choice was made.' }];
  return [
    heading('選択 · Choice'),
    pair('提示 · Offer', choice.offer),
    pair('選ばれた通貨 · Chosen', choice.choice),
    pair('選んだ人 · Chosen by', choice.actor),
    pair('表示日時 · Shown at', choice.shown_at ?? NONE),
    pair('選択日時 · Chosen at', choice.chosen_at),
    pair('端末 · Device', choice.chosen_on_device),
    pair('画面の言語 · Language', choice.locale ?? NONE),
    pair('画面の版 · Screen', choice.screen_template_version ?? NONE),
    pair('表示文の SHA-256 · Text shown', choice.rendered_text_hash ?? NONE),
    pair('記録の SHA-256 · Record', hash ?? NONE),
    pair('記録の照合 · Record unchanged', intact === true ? 'はい · yes' : 'いいえ · NO'),
  ];
}

function offerBlocks(offer: DccTermsResponse, isChosen: boolean): DocumentBlock[] {
  return [
    heading(`提示 · Offer ${offer.id}${isChosen ? ' (選択の対象 · the one of the choice)' : ''}`),
    pair('現地通貨 · Local', offer.local.amount_display),
    pair('カード通貨 · Card currency', offer.foreign.amount_display),
    pair('為替レート · Rate', offer.rate_display),
    pair('上乗せ · Mark-up', `${offer.markup_bps} bps`),
    pair('レートの出所 · Source', `${offer.rate_source}, ${offer.rate_timestamp}`),
    pair('提示日時 · Made at', offer.created_at),
    pair('有効期限 · Expires at', offer.expires_at),
    pair('提供元の番号 · Provider reference', offer.provider_reference),
    pair('注意書き · Disclaimer', offer.disclaimer),
    ...TILL_LANGUAGES.flatMap((language): DocumentBlock[] => [
      { type: 'text', text: ' ' },
      { type: 'text', text: `[${language}]` },
      { type: 'text', text: offer.disclosure[language], language },
    ]),
  ];
}

function refundBlocks({ refunds }: DccEvidenceResponse): DocumentBlock[] {
  if (refunds.length === 0) return [];
  const said = (side: DccSideResponse | null) => side?.amount_display ?? NONE;
  return [
    heading('返金 · Refunds'),
    ...refunds.map(({ id, kind, status, local, foreign }) =>
      pair(id, `${kind}, ${status}: ${said(local)} / ${said(foreign)}`),
    ),
  ];
}

function heading(text: string): DocumentBlock {
  return { type: 'heading', text };
}

function pair(label: string, value: string): DocumentBlock {
  return { type: 'pair', label, value };
}
