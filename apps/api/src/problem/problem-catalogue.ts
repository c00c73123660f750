/** What a client may do next; closed list. @source api-conventions.md §3 */
export type NextAction =
  | 'fix_request'
  | 'retry_same_key'
  | 'retry_later'
  | 'read_resource'
  | 'ask_cardholder'
  | 'use_other_method'
  | 'contact_support'
  | 'reauthenticate';

interface Bilingual {
  readonly ja: string;
  readonly en: string;
}

/** One public error: its HTTP face, its sentences, and the page that explains it. */
export interface Problem {
  readonly status: number;
  readonly nextAction: NextAction;
  readonly retryable: boolean;
  readonly title: Bilingual;
  readonly detail: Bilingual;
  /** The fix, in one or two sentences, for the page of this error. */
  readonly fix: Bilingual;
}

type Row = readonly [
  status: number,
  nextAction: NextAction,
  titleJa: string,
  titleEn: string,
  detailJa: string,
  detailEn: string,
  fixJa: string,
  fixEn: string,
];

const ROWS = {
  invalid_json: [400, 'fix_request', 'JSON の形式が正しくありません', 'The body is not valid JSON', '本文を JSON として読めません。BOM、制御文字、不正な UTF-8、単独サロゲートは使えません。', 'The body cannot be read as JSON. A byte order mark, control characters, invalid UTF-8 and lone surrogates are refused.', 'JSON ライブラリで本文を作成し、UTF-8 で送信してください。', 'Build the body with a JSON library and send it as UTF-8.'],
  duplicate_key: [400, 'fix_request', '同じ項目が二度あります', 'A key appears twice', '一つのオブジェクトに同じ名前の項目が二つあります。', 'One object of the body has the same key twice.', '重複した項目を一つにしてください。', 'Keep one of the two.'],
  body_too_deep: [400, 'fix_request', '本文の構造が複雑すぎます', 'The body is too deep', '入れ子は 8 段まで、項目は 1 オブジェクトにつき 200 個までです。', 'At most 8 levels and 200 keys in one object.', '構造を浅くしてください。', 'Flatten the body.'],
  unknown_parameter: [400, 'fix_request', '不明な項目があります', 'Unknown parameter', '定義されていない項目は受け付けません。errors を確認してください。', 'Parameters that are not documented are refused. See errors.', '項目名のつづりを確認するか、取り除いてください。', 'Check the spelling, or leave the parameter out.'],
  parameter_missing: [400, 'fix_request', '必須項目がありません', 'A parameter is missing', '必須の項目がありません。errors を確認してください。', 'A required parameter is missing. See errors.', 'errors に示された項目を追加してください。', 'Add the parameters named in errors.'],
  parameter_invalid: [400, 'fix_request', '項目の値が正しくありません', 'A parameter is invalid', '値の形式または範囲が正しくありません。errors を確認してください。', 'A value has the wrong form or is out of range. See errors.', 'errors に示された項目を API ドキュメントに従って直してください。', 'Correct the parameters named in errors as the reference describes.'],
  amount_invalid: [400, 'fix_request', '金額の形式が正しくありません', 'The amount is not valid', 'amount は通貨の最小単位の整数（1～12 桁、先頭ゼロ・小数点・指数・引用符なし）で指定してください。', 'amount is an integer in minor units of the currency: 1 to 12 digits, no leading zero, decimal point, exponent or quotes.', '例: 1,500 円は 1500、12.00 米ドルは 1200 です。', 'JPY 1,500 is 1500 and USD 12.00 is 1200.'],
  metadata_contains_pan: [400, 'fix_request', 'カード番号らしい値があります', 'A value looks like a card number', 'カード番号と思われる値は保存できません。', 'A value that looks like a card number cannot be stored.', 'カード番号を送らないでください。トークンまたは自社の番号を使ってください。', 'Never send a card number; use the token or a number of your own.'],
  idempotency_key_missing: [400, 'fix_request', 'Idempotency-Key がありません', 'Idempotency-Key is missing', '金額を動かす要求には Idempotency-Key ヘッダーが必要です。', 'Requests that move money need an Idempotency-Key header.', '一つの購入または操作につき一つのキーを作り、端末に保存してから送信し、再送時も同じキーを使ってください。', 'Make one key per purchase or action, save it before sending, and use it again for every retry.'],
  idempotency_key_invalid: [400, 'fix_request', 'Idempotency-Key の形式が正しくありません', 'Idempotency-Key is not valid', 'キーは 1～255 文字の英数字と _ . : / - です。', 'A key has 1 to 255 characters of A-Z a-z 0-9 _ . : / -', 'UUIDv7 などを使ってください。', 'Use a UUIDv7, for example.'],
  version_unknown: [400, 'fix_request', '不明な API バージョンです', 'Unknown API version', 'Tsunagu-Version ヘッダーの日付は存在しないバージョンです。', 'The Tsunagu-Version header names a version that does not exist.', 'ヘッダーを外すか、既存のバージョンを指定してください。', 'Leave the header out, or name an existing version.'],
  cursor_invalid: [400, 'fix_request', 'カーソルが正しくありません', 'The cursor is not valid', 'cursor はこの API が返した値をそのまま使ってください。', 'Use the cursor exactly as this API returned it, with the same filters.', '最初のページから取得し直してください。', 'Start again from the first page.'],
  authentication_required: [401, 'reauthenticate', '認証が必要です', 'Authentication is required', 'Authorization: Bearer ヘッダーで API キーを送信してください。', 'Send an API key in the Authorization: Bearer header.', 'API キーを設定してください。URL に入れないでください。', 'Configure an API key; never put it into a URL.'],
  api_key_invalid: [401, 'reauthenticate', 'API キーが無効です', 'The API key is not valid', 'この API キーは使えません。', 'This API key cannot be used.', 'キーが完全か、失効していないかを確認してください。', 'Check that the key is complete and not revoked.'],
  api_key_expired: [401, 'reauthenticate', 'API キーの期限が切れています', 'The API key has expired', 'この API キーは期限切れです。', 'This API key has expired.', '新しいキーに切り替えてください。', 'Switch to a new key.'],
  session_expired: [401, 'reauthenticate', 'セッションの期限が切れています', 'The session has expired', 'もう一度ログインしてください。', 'Sign in again.', 'もう一度ログインしてください。', 'Sign in again.'],
  terminal_not_enrolled: [401, 'reauthenticate', '端末が登録されていません', 'The terminal is not enrolled', 'この端末は登録されていません。', 'This terminal is not enrolled.', '端末を登録してください。', 'Enrol the terminal.'],
  permission_denied: [403, 'contact_support', '権限がありません', 'Permission denied', 'この API キーにはこの操作の権限がありません。', 'This API key does not have the permission for this operation.', '必要な権限を持つキーを使ってください。', 'Use a key that holds the permission.'],
  ip_not_allowed: [403, 'contact_support', '許可されていない接続元です', 'Address not allowed', 'この接続元からは利用できません。', 'This key cannot be used from this address.', 'キーの接続元リストを確認してください。', 'Check the allow-list of the key.'],
  mfa_required: [403, 'reauthenticate', '多要素認証が必要です', 'Multi-factor authentication is required', '多要素認証を完了してください。', 'Complete multi-factor authentication.', '多要素認証を完了してください。', 'Complete multi-factor authentication.'],
  approval_required: [403, 'contact_support', '承認が必要です', 'Approval is required', 'この操作には別の担当者の承認が必要です。', 'Another person has to approve this operation.', '承認を依頼してください。', 'Ask for approval.'],
  self_approval: [403, 'contact_support', '自分で承認することはできません', 'You cannot approve your own request', '申請者とは別の担当者が承認してください。', 'Somebody else has to approve it.', '別の担当者に依頼してください。', 'Ask another person.'],
  terminal_blocked: [403, 'contact_support', '端末が停止されています', 'The terminal is blocked', 'この端末は停止されています。', 'This terminal is blocked.', 'ヘルプデスクへご連絡ください。', 'Call the help desk.'],
  resource_missing: [404, 'fix_request', '見つかりません', 'Not found', '指定されたものは存在しないか、このキーからは見えません。', 'It does not exist, or this key cannot see it.', 'ID とキーの組み合わせを確認してください。', 'Check the id, and that the key belongs to it.'],
  method_not_allowed: [405, 'fix_request', 'このメソッドは使えません', 'Method not allowed', '使えるメソッドは Allow ヘッダーにあります。', 'The Allow header lists the methods of this path.', 'Allow ヘッダーのメソッドを使ってください。', 'Use a method of the Allow header.'],
  not_acceptable: [406, 'fix_request', '応答形式を選べません', 'Not acceptable', '応答は application/json です。', 'Replies are application/json.', 'Accept ヘッダーを application/json にしてください。', 'Accept application/json.'],
  body_too_large: [413, 'fix_request', '本文が大きすぎます', 'The body is too large', '本文は 64 KB（署名の画像は 200 KB）までです。', 'A body has at most 64 KB, the picture of a signature 200 KB.', '本文を小さくしてください。', 'Send a smaller body.'],
  url_too_long: [414, 'fix_request', 'URL が長すぎます', 'The URL is too long', 'URL は 4 KB までです。', 'A URL has at most 4 KB.', '条件を減らしてください。', 'Use fewer filters.'],
  unsupported_media_type: [415, 'fix_request', '対応していない形式です', 'Unsupported media type', '本文は application/json; charset=utf-8（署名の画像は image/png）で、Content-Encoding なしで送信してください。', 'Send application/json; charset=utf-8 without Content-Encoding; the picture of a signature as image/png.', 'Content-Type を Accept ヘッダーの形式にし、圧縮しないでください。', 'Set Content-Type to what the Accept header of the answer says, and do not compress.'],
  headers_too_large: [431, 'fix_request', 'ヘッダーが大きすぎます', 'The headers are too large', 'ヘッダーは合計 16 KB までです。', 'All headers together have at most 16 KB.', '不要なヘッダーを外してください。', 'Send fewer or shorter headers.'],
  idempotency_in_progress: [409, 'retry_same_key', '同じ要求を処理中です', 'The same request is in progress', '同じ Idempotency-Key の要求を処理中です。', 'A request with this Idempotency-Key is being worked on.', 'Retry-After の後に同じキーで再送するか、client_reference で状態を確認してください。', 'Repeat with the same key after Retry-After, or read the attempt by its client_reference.'],
  state_conflict: [409, 'read_resource', '現在の状態では操作できません', 'Not possible in this state', '現在の状態ではこの操作はできません。current_status と allowed_actions を確認してください。', 'The current state does not allow this operation. See current_status and allowed_actions.', 'allowed_actions にある操作を選ぶか、最新の状態を確認してください。', 'Choose one of allowed_actions, or read the resource.'],
  amount_exceeds_refundable: [409, 'read_resource', '返金できる金額を超えています', 'More than can be refunded', '返金額が返金可能額を超えています。', 'The amount is more than what is left to refund.', 'captured、refunded、refund_pending を確認してください。', 'Read captured, refunded and refund_pending.'],
  amount_exceeds_authorized: [409, 'read_resource', '承認額を超えています', 'More than was authorized', '売上確定額が承認額を超えています。', 'The amount is more than what is left to capture.', 'authorized と captured を確認してください。', 'Read authorized and captured.'],
  already_captured: [409, 'read_resource', 'すでに売上確定しています', 'Already captured', 'この支払いはすでに全額売上確定しています。', 'This payment is captured already.', '返金を使ってください。', 'Use a refund.'],
  ksn_replay: [409, 'ask_cardholder', 'このカードデータは使用済みです', 'This card data was used already', '同じ KSN のカードデータは一つの購入にしか使えません。', 'Card data of one KSN serves one purchase only.', '同じ購入の再送なら同じ Idempotency-Key を使い、新しい購入ならカードを読み直してください。', 'Retry the same purchase with its own key; for a new purchase read the card again.'],
  ksn_stale: [409, 'ask_cardholder', 'カードデータが古すぎます', 'This card data is too old', 'この端末はすでに新しい KSN を使っています。', 'This terminal has used a newer KSN.', 'カードを読み直してください。', 'Read the card again.'],
  plan_needs_whole_refund: [409, 'contact_support', 'この支払区分は一部返品できません', 'This plan is refunded as a whole', 'この支払区分の一部返品にはカード会社の確認が必要です。', 'A part of a sale with this payment plan goes back only after the issuer has agreed.', '全額を返品して売上をやり直すか、カード会社にご確認ください。', 'Refund the whole and sell again, or ask the card company.'],
  token_revoked: [409, 'use_other_method', 'トークンは失効しています', 'The token was revoked', 'このカードトークンは失効しており、再び有効にはなりません。', 'This card token was revoked for ever.', 'カードを読み直して新しいトークンを取得してください。', 'Read the card again: it gets a new token.'],
  token_spent: [409, 'use_other_method', 'トークンは使用済みです', 'The token is spent', '一回限りのトークンは別の購入で使用されました。', 'A single-use token served another purchase.', '新しいトークンを取得してください。', 'Get a new token.'],
  client_reference_exists: [409, 'read_resource', 'client_reference は使用済みです', 'client_reference exists', '同じ client_reference で内容の異なる支払いがあります。', 'Another payment with other content has this client_reference.', 'GET /v1/attempts/{client_reference} で確認してください。', 'Read GET /v1/attempts/{client_reference}.'],
  client_reference_burned: [409, 'fix_request', 'client_reference は取り消し済みです', 'client_reference was given up', 'この client_reference は ensure-cancelled で無効にされました。', 'This client_reference was given up by ensure-cancelled.', '新しい購入には新しい client_reference を使ってください。', 'Use a new client_reference for a new purchase.'],
  version_retired: [410, 'fix_request', 'API バージョンは終了しました', 'The API version is retired', 'このバージョンは終了しました。', 'This version is no longer served.', '新しいバージョンへ移行してください。', 'Move to a newer version.'],
  offer_expired: [410, 'read_resource', '提示の期限が切れました', 'The offer has expired', '通貨選択の提示は期限切れです。', 'The currency offer has expired.', '現地通貨を選ぶか、新しい提示を取得してください。', 'Choose the local currency, or ask for a new offer.'],
  idempotency_key_reused: [422, 'fix_request', 'Idempotency-Key が別の要求で使われています', 'Idempotency-Key was used for another request', '同じキーで内容または操作の異なる要求が送信されました。', 'The key belongs to a request with another body or route.', '新しい購入や操作には新しいキーを使ってください。', 'Use a new key for a new purchase or action.'],
  url_not_allowed: [422, 'fix_request', 'この URL は使えません', 'The URL is not allowed', '公開された https の URL を指定してください。', 'Only public https URLs are allowed.', '公開された https の URL を指定してください。', 'Give a public https URL.'],
  verification_required: [422, 'ask_cardholder', '本人確認が必要です', 'The holder has to be verified', 'このカードと金額には、暗証番号などの本人確認が必要です。card_rule を確認してください。', 'This card and amount need the holder verified, by a PIN for example. See card_rule.', 'カードをもう一度読み取り、暗証番号を入力していただいてください。暗証番号を入力できない場合は別のお支払い方法をご案内ください。', 'Read the card again and ask for the PIN; without one, offer another way to pay.'],
  card_data_invalid: [422, 'ask_cardholder', 'カードデータを読めません', 'The card data cannot be read', '復号または検証に失敗しました。', 'Decryption or verification of the card data failed.', 'カードを読み直してください。続く場合は端末のプロファイルと鍵を確認してください。', 'Read the card again; if it persists, check the profile and key of the terminal.'],
  method_not_supported: [422, 'use_other_method', 'この支払方法は使えません', 'The method is not supported', 'この店舗、端末またはカードでは利用できない支払方法です。', 'This shop, terminal or card does not support the method.', '別の支払方法を使ってください。', 'Use another method.'],
  plan_not_allowed: [422, 'ask_cardholder', 'この支払区分は利用できません', 'The payment plan is not allowed', 'カード会社、ブランド、加盟店契約、金額または日付により、この支払区分は利用できません。domestic_code と legal_plans を確認してください。', 'Issuer, brand, contract, amount or date do not allow this payment plan. See domestic_code and legal_plans.', 'legal_plans の支払区分をお客様に選んでいただき、同じ Idempotency-Key と同じカードデータで再送してください。請求はされていません。', 'Let the customer choose one of legal_plans, and send it with the same Idempotency-Key and the same card data. Nothing was charged.'],
  dcc_choice_invalid: [422, 'fix_request', '通貨の選択が正しくありません', 'The currency choice is not valid', 'この支払いの最新の提示に対する選択ではないか、すでに別の通貨が選ばれています。', 'It is not about the newest offer of this payment, or the other currency was chosen already.', 'dcc-offers で提示を取得し直し、お客様に選んでいただいてから、その提示の offer_id で送信してください。', 'Get the offer again with dcc-offers, let the cardholder choose, and send the offer_id of that offer.'],
  file_rejected: [422, 'fix_request', 'ファイルを受け付けられません', 'The file is rejected', 'ファイルの内容に誤りがあります。file_fault があれば、その理由です。', 'The file has errors. file_fault, where it is given, says which.', '行ごとの誤りを確認してください。署名は 200 KB、1,048,576 画素までの PNG で送り直してください。', 'See the errors by row. Send a signature again as a PNG of at most 200 KB and 1,048,576 pixels.'],
  quota_exceeded: [429, 'retry_later', '要求が多すぎます', 'Too many requests', '利用制限を超えました。', 'A quota is used up.', 'Retry-After の後に、間隔をあけて同じキーで再送してください。', 'Wait for Retry-After, back off with jitter, and keep the same key.'],
  concurrency_exceeded: [429, 'retry_later', '同時要求が多すぎます', 'Too many requests at once', '同時に処理できる数を超えました。', 'Too many requests are open at once.', '同時に送る数を減らしてください。', 'Send fewer at once.'],
  abnormal_usage_detected: [429, 'contact_support', '通常と異なる利用を検知しました', 'Abnormal usage', '通常と異なる利用のため一時的に制限しています。', 'The pattern of use is not normal and is limited for now.', 'ヘルプデスクへご連絡ください。', 'Contact support.'],
  internal_error: [500, 'retry_same_key', '処理を完了できませんでした', 'The request could not be completed', '', '', '同じキーで再送するか、状態を確認してください。結果が決まったことを意味しません。', 'Repeat with the same key, or read the resource. This says nothing about the outcome.'],
  issuer_unavailable: [503, 'retry_same_key', 'カード会社に接続できません', 'The issuer is unavailable', '', '', '同じキーで再送してください。', 'Repeat with the same key.'],
  card_service_unavailable: [503, 'retry_same_key', 'カード処理を利用できません', 'The card service is unavailable', '', '', '同じキーで再送してください。', 'Repeat with the same key.'],
  simulator_unavailable: [503, 'retry_same_key', 'シミュレーターに接続できません', 'The simulator does not answer', '', '', 'npm start が動いていることを確認し、もう一度お試しください。支払いには影響しません。', 'Check that npm start is running and try again; no payment is touched by this.'],
  temporary_reduced_capacity: [503, 'retry_same_key', '混雑しています', 'Temporarily reduced capacity', '', '', 'Retry-After の後に同じキーで再送してください。', 'Repeat with the same key after Retry-After.'],
  timeout: [504, 'read_resource', '時間内に応答がありませんでした', 'No answer in time', '', '', '支払いの状態を確認してください。', 'Read the payment.'],
} as const satisfies Record<string, Row>; // prettier-ignore

export type ProblemCode = keyof typeof ROWS;

const RETRYABLE: readonly NextAction[] = ['retry_same_key', 'retry_later'];

/** Every public error by its stable code. */
export const PROBLEMS = Object.fromEntries(
  Object.entries(ROWS).map(([code, row]: [string, Row]) => [code, toProblem(row)]),
) as Readonly<Record<ProblemCode, Problem>>;

/** Whether the text is a public error code. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(ROWS, code);
}

function toProblem([status, nextAction, titleJa, titleEn, detailJa, detailEn, fixJa, fixEn]: Row): Problem {
  return {
    status,
    nextAction,
    retryable: RETRYABLE.includes(nextAction),
    title: { ja: titleJa, en: titleEn },
    detail: { ja: detailJa, en: detailEn },
    fix: { ja: fixJa, en: fixEn },
  };
}
