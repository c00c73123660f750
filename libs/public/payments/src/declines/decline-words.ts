import type { Wording } from '@tsunagu/kernel';

/** Sentences for the cashier. None of them names a reason that would embarrass or warn the customer. */
export const CASHIER_DECLINE_WORDS = {
  general: {
    ja: 'カード会社で承認されませんでした。別のお支払い方法をご案内ください。',
    en: 'The card company did not approve. Please offer another way to pay.',
    'zh-Hans': '发卡机构未批准。请建议顾客使用其他支付方式。',
    'zh-Hant': '發卡機構未核准。請建議顧客使用其他付款方式。',
    ko: '카드사가 승인하지 않았습니다. 다른 결제 수단을 안내해 주세요.',
  },
  funds: {
    ja: '残高不足のため承認されませんでした。別のお支払い方法をご案内ください。',
    en: 'Not approved: insufficient funds. Please offer another way to pay.',
    'zh-Hans': '余额不足，未获批准。请建议顾客使用其他支付方式。',
    'zh-Hant': '餘額不足，未獲核准。請建議顧客使用其他付款方式。',
    ko: '잔액 부족으로 승인되지 않았습니다. 다른 결제 수단을 안내해 주세요.',
  },
  limit: {
    ja: 'ご利用限度額または回数を超えるため承認されませんでした。別のお支払い方法をご案内ください。',
    en: 'Not approved: a limit of the card was reached. Please offer another way to pay.',
    'zh-Hans': '已达到卡片限额或次数上限，未获批准。请建议顾客使用其他支付方式。',
    'zh-Hant': '已達卡片限額或次數上限，未獲核准。請建議顧客使用其他付款方式。',
    ko: '카드 한도 또는 이용 횟수를 초과하여 승인되지 않았습니다. 다른 결제 수단을 안내해 주세요.',
  },
  expired: {
    ja: 'カードの有効期限が切れています。別のカードをご案内ください。',
    en: 'The card has expired. Please ask for another card.',
    'zh-Hans': '卡片已过有效期。请顾客出示其他卡片。',
    'zh-Hant': '卡片已過有效期限。請顧客出示其他卡片。',
    ko: '카드 유효기간이 지났습니다. 다른 카드를 요청해 주세요.',
  },
  expiry: {
    ja: '有効期限が正しくありません。入力内容を確認してもう一度お試しください。',
    en: 'The expiry date is not right. Please check what was entered and try again.',
    'zh-Hans': '有效期不正确。请核对输入内容后重试。',
    'zh-Hant': '有效期限不正確。請核對輸入內容後再試。',
    ko: '유효기간이 올바르지 않습니다. 입력 내용을 확인하고 다시 시도해 주세요.',
  },
  cardNumber: {
    ja: 'カード番号が正しくありません。入力内容を確認してもう一度お試しください。',
    en: 'The card number is not right. Please check what was entered and try again.',
    'zh-Hans': '卡号不正确。请核对输入内容后重试。',
    'zh-Hant': '卡號不正確。請核對輸入內容後再試。',
    ko: '카드 번호가 올바르지 않습니다. 입력 내용을 확인하고 다시 시도해 주세요.',
  },
  securityCode: {
    ja: 'セキュリティコードが正しくありません。もう一度ご入力いただくようご案内ください。',
    en: 'The security code is missing or wrong. Please ask the customer to enter it again.',
    'zh-Hans': '安全码缺失或不正确。请顾客重新输入。',
    'zh-Hant': '安全碼缺漏或不正確。請顧客重新輸入。',
    ko: '보안 코드가 없거나 올바르지 않습니다. 고객에게 다시 입력을 요청해 주세요.',
  },
  pin: {
    ja: '暗証番号が正しくありません。もう一度ご入力いただくようご案内ください。',
    en: 'The PIN was not correct. Please ask the customer to try again.',
    'zh-Hans': '密码不正确。请顾客重新输入。',
    'zh-Hant': '密碼不正確。請顧客重新輸入。',
    ko: '비밀번호가 올바르지 않습니다. 고객에게 다시 입력을 요청해 주세요.',
  },
  pinRequired: {
    ja: '暗証番号の入力が必要です。カードを挿入し、暗証番号をご入力いただいてください。',
    en: 'A PIN is needed. Please insert the card and ask the customer for the PIN.',
    'zh-Hans': '需要输入密码。请插入卡片并请顾客输入密码。',
    'zh-Hant': '需要輸入密碼。請插入卡片並請顧客輸入密碼。',
    ko: '비밀번호 입력이 필요합니다. 카드를 삽입하고 고객에게 비밀번호 입력을 요청해 주세요.',
  },
  pinBlocked: {
    ja: '暗証番号の入力回数を超えました。別のお支払い方法をご案内ください。',
    en: 'Too many PIN attempts. Please offer another way to pay.',
    'zh-Hans': '密码输入次数已超限。请建议顾客使用其他支付方式。',
    'zh-Hant': '密碼輸入次數已超過上限。請建議顧客使用其他付款方式。',
    ko: '비밀번호 입력 횟수를 초과했습니다. 다른 결제 수단을 안내해 주세요.',
  },
  referral: {
    ja: 'カード会社への確認が必要です。カード会社へお電話いただくか、別のお支払い方法をご案内ください。',
    en: 'The card company wants a call. Please phone it, or offer another way to pay.',
    'zh-Hans': '需要向发卡机构确认。请致电发卡机构，或建议顾客使用其他支付方式。',
    'zh-Hant': '需要向發卡機構確認。請致電發卡機構，或建議顧客使用其他付款方式。',
    ko: '카드사 확인이 필요합니다. 카드사에 전화하거나 다른 결제 수단을 안내해 주세요.',
  },
  cardData: {
    ja: 'カードを確認できませんでした。別のカードをご案内ください。',
    en: 'The card was not recognised. Please ask for another card.',
    'zh-Hans': '无法识别该卡片。请顾客出示其他卡片。',
    'zh-Hant': '無法識別該卡片。請顧客出示其他卡片。',
    ko: '카드를 확인할 수 없습니다. 다른 카드를 요청해 주세요.',
  },
  notPermitted: {
    ja: 'このカードではこのお取引をご利用いただけません。別のお支払い方法をご案内ください。',
    en: 'This card cannot be used for this transaction. Please offer another way to pay.',
    'zh-Hans': '该卡片不能用于此交易。请建议顾客使用其他支付方式。',
    'zh-Hant': '該卡片不能用於此交易。請建議顧客使用其他付款方式。',
    ko: '이 카드로는 이 거래를 이용할 수 없습니다. 다른 결제 수단을 안내해 주세요.',
  },
  plan: {
    ja: 'お支払い回数または支払区分が受け付けられませんでした。別の支払区分をお選びください。',
    en: 'The payment plan was not accepted. Please choose another plan.',
    'zh-Hans': '付款期数或付款方式未被接受。请选择其他付款方式。',
    'zh-Hant': '付款期數或付款方式未被接受。請選擇其他付款方式。',
    ko: '할부 횟수 또는 결제 방식이 접수되지 않았습니다. 다른 결제 방식을 선택해 주세요.',
  },
  configuration: {
    ja: '店舗または端末の設定により処理できませんでした。ヘルプデスクへご連絡ください。',
    en: 'The set-up of the shop or terminal does not allow this. Please call the help desk.',
    'zh-Hans': '因店铺或终端设置无法处理。请联系服务台。',
    'zh-Hant': '因店鋪或終端機設定無法處理。請聯絡服務台。',
    ko: '매장 또는 단말기 설정으로 처리할 수 없습니다. 헬프데스크에 연락해 주세요.',
  },
  busy: {
    ja: 'カード会社と通信できませんでした。しばらくしてからもう一度お試しください。請求はされていません。',
    en: 'The card company could not be reached. Please try again shortly. Nothing was charged.',
    'zh-Hans': '无法连接发卡机构。请稍后重试。未扣款。',
    'zh-Hant': '無法連線發卡機構。請稍後再試。未扣款。',
    ko: '카드사와 통신할 수 없었습니다. 잠시 후 다시 시도해 주세요. 청구되지 않았습니다.',
  },
  nothingToCancel: {
    ja: '取消の対象となる取引がありません。取消済みかどうかを確認してください。',
    en: 'There is nothing to cancel. Please check whether it has been cancelled already.',
    'zh-Hans': '没有可撤销的交易。请确认是否已撤销。',
    'zh-Hant': '沒有可取消的交易。請確認是否已取消。',
    ko: '취소할 거래가 없습니다. 이미 취소되었는지 확인해 주세요.',
  },
  chipUnread: {
    ja: 'ICチップを読み取れませんでした。向きと汚れを確認し、もう一度挿入してください。続く場合は端末をご確認ください。',
    en: 'The chip could not be read. Check how the card lies, clean the chip and insert it again. If it happens with many cards, check the terminal.',
    'zh-Hans': '无法读取芯片。请检查卡片方向并清洁芯片后重新插入。如多张卡片均如此，请检查终端。',
    'zh-Hant': '無法讀取晶片。請檢查卡片方向並清潔晶片後重新插入。如多張卡片皆如此，請檢查終端機。',
    ko: 'IC 칩을 읽을 수 없습니다. 카드 방향과 오염을 확인하고 다시 삽입해 주세요. 여러 카드에서 반복되면 단말기를 점검해 주세요.',
  },
  insertChip: {
    ja: 'ICカードです。カードを挿入してください。',
    en: 'This card has a chip. Please insert it.',
    'zh-Hans': '该卡为芯片卡。请插入卡片。',
    'zh-Hant': '該卡為晶片卡。請插入卡片。',
    ko: 'IC 카드입니다. 카드를 삽입해 주세요.',
  },
  pinPad: {
    ja: '暗証番号入力機と通信できません。ケーブルの接続を確認してください。',
    en: 'The PIN pad does not answer. Please check its cable.',
    'zh-Hans': '密码键盘无响应。请检查连接线。',
    'zh-Hant': '密碼鍵盤無回應。請檢查連接線。',
    ko: '비밀번호 입력기와 통신할 수 없습니다. 케이블 연결을 확인해 주세요.',
  },
  notSent: {
    ja: 'お取引はカード会社へ送信されませんでした。請求はされていません。もう一度お試しください。',
    en: 'The transaction never left for the card company. Nothing was charged. Please try again.',
    'zh-Hans': '交易未发送至发卡机构。未扣款。请重试。',
    'zh-Hant': '交易未傳送至發卡機構。未扣款。請再試一次。',
    ko: '거래가 카드사로 전송되지 않았습니다. 청구되지 않았습니다. 다시 시도해 주세요.',
  },
  reversed: {
    ja: 'お取引は取り消されました。請求はされていません。もう一度お試しいただけます。',
    en: 'The transaction was reversed. Nothing was charged. You may try again.',
    'zh-Hans': '交易已冲正。未扣款。可以重试。',
    'zh-Hant': '交易已沖正。未扣款。可以再試一次。',
    ko: '거래가 취소되었습니다. 청구되지 않았습니다. 다시 시도할 수 있습니다.',
  },
  notProcessed: {
    ja: 'カード会社で処理されていないことを確認しました。請求はされていません。もう一度お試しいただけます。',
    en: 'The card company confirmed that it processed nothing. Nothing was charged. You may try again.',
    'zh-Hans': '已确认发卡机构未处理该交易。未扣款。可以重试。',
    'zh-Hant': '已確認發卡機構未處理該交易。未扣款。可以再試一次。',
    ko: '카드사에서 처리되지 않은 것을 확인했습니다. 청구되지 않았습니다. 다시 시도할 수 있습니다.',
  },
  rule: {
    ja: 'このお取引は受け付けられません。別のお支払い方法をご案内ください。',
    en: 'This transaction cannot be accepted. Please offer another way to pay.',
    'zh-Hans': '无法受理此交易。请建议顾客使用其他支付方式。',
    'zh-Hant': '無法受理此交易。請建議顧客使用其他付款方式。',
    ko: '이 거래는 접수할 수 없습니다. 다른 결제 수단을 안내해 주세요.',
  },
} as const satisfies Record<string, Wording>;

export type CashierDeclineWord = keyof typeof CASHIER_DECLINE_WORDS;

/** What the customer may read. `neutral` whatever the card company said of card, holder or money. */
export const CUSTOMER_DECLINE_WORDS = {
  neutral: {
    ja: 'このカードはご利用いただけません。',
    en: 'This card cannot be used.',
    'zh-Hans': '此卡无法使用。',
    'zh-Hant': '此卡無法使用。',
    ko: '이 카드는 사용할 수 없습니다.',
  },
  technical: {
    ja: 'お取引を完了できませんでした。請求はされていません。',
    en: 'The transaction could not be completed. You were not charged.',
    'zh-Hans': '交易未能完成。您未被扣款。',
    'zh-Hant': '交易未能完成。您未被扣款。',
    ko: '거래를 완료하지 못했습니다. 청구되지 않았습니다.',
  },
  enterAgain: {
    ja: '入力内容をご確認のうえ、もう一度お試しください。',
    en: 'Please check what you entered and try again.',
    'zh-Hans': '请核对输入内容后重试。',
    'zh-Hant': '請核對輸入內容後再試一次。',
    ko: '입력 내용을 확인하고 다시 시도해 주세요.',
  },
  showAgain: {
    ja: 'カードを読み取れませんでした。もう一度お試しください。',
    en: 'The card could not be read. Please try again.',
    'zh-Hans': '无法读取卡片。请重试。',
    'zh-Hant': '無法讀取卡片。請再試一次。',
    ko: '카드를 읽을 수 없습니다. 다시 시도해 주세요.',
  },
} as const satisfies Record<string, Wording>;

export type CustomerDeclineWord = keyof typeof CUSTOMER_DECLINE_WORDS;
