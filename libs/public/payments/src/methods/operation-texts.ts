import type { MethodOperation } from './method-rules.js';

/** What an operation is called on slips and screens of its method. */
export interface OperationText {
  readonly ja: string;
  readonly en: string;
  readonly 'zh-Hans': string;
  readonly 'zh-Hant': string;
}

/**
 * Names of UnionPay's seven operations. The Japanese names of the pre-authorization family differ from terminal maker to terminal maker.
 * @source payment-features.md §4.1, columns JP and CN; traditional characters are the same words
 */
export const UNIONPAY_TEXTS: Readonly<Partial<Record<MethodOperation, OperationText>>> = {
  sale: { ja: '売上', en: 'SALE', 'zh-Hans': '消费', 'zh-Hant': '消費' },
  cancel_sale: { ja: '取消', en: 'VOID', 'zh-Hans': '消费撤销', 'zh-Hant': '消費撤銷' },
  refund: { ja: '返品', en: 'REFUND', 'zh-Hans': '退货', 'zh-Hant': '退貨' },
  authorize: { ja: '事前承認', en: 'PRE-AUTH', 'zh-Hans': '预授权', 'zh-Hant': '預授權' },
  cancel_authorization: { ja: '事前承認取消', en: 'PRE-AUTH VOID', 'zh-Hans': '预授权撤销', 'zh-Hant': '預授權撤銷' },
  capture: { ja: '承認後売上', en: 'AUTH COMPLETION', 'zh-Hans': '预授权完成', 'zh-Hant': '預授權完成' },
  cancel_capture: { ja: '完了取消', en: 'COMPLETION VOID', 'zh-Hans': '预授权完成撤销', 'zh-Hant': '預授權完成撤銷' },
};
