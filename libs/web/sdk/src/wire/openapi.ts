// Made by `npm run gen` from docs/openapi.json: the routes of a till. Do not edit.

export interface paths {
    readonly "/v1/payments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 支払いを検索する · List payments
         * @description Newest first unless `sort` says otherwise, stable under inserts. Filters are flat names and combine with and. Cursors outlive restarts and hold for the same filters, sort and key.
         */
        readonly get: operations["listPayments"];
        readonly put?: never;
        /**
         * 支払いを作成する · Create a payment
         * @description One key per purchase: create it, save it on the device, then send; use the same key for every retry of that purchase. With `Prefer: wait=25` the reply waits for the outcome. A decline is not an error: it is 201 with `status: declined`.
         */
        readonly post: operations["createPayment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 支払いを取得する · Read a payment
         * @description With `wait`, a long poll: until `sequence` is greater than `after_sequence`, or until the payment is final.
         */
        readonly get: operations["getPayment"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/stream": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 支払いの変化を受け取る（SSE） · Follow a payment
         * @description Server-sent events: one `payment` event per change with the whole payment, `id` is its `sequence`. A comment every 15 seconds says that the line lives; the stream ends when the payment is final. After a break send the last `id` as `Last-Event-ID`: what you have seen does not come again, and `204` says that there is nothing left to tell. The key travels in the `Authorization` header, never in the URL.
         */
        readonly get: operations["streamPayment"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/captures": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 売上を確定する · Capture an authorized payment
         * @description Without money: all that is left, final.
         */
        readonly post: operations["capturePayment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/increases": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 承認額を増やす（増額オーソリ） · Ask for more on an authorization
         * @description An incremental authorization: `authorized` grows by the amount when the issuer approves. When it does not, the authorization stands as it was, and the newest attempt says why.
         */
        readonly post: operations["increasePayment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/release": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 残りの承認を放棄する · Give up what is left of an authorization
         * @description Of a partly captured authorization: no further capture follows, and what was captured stays.
         */
        readonly post: operations["releasePayment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/cancel": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 支払いを取り消す · Cancel a payment before capture
         * @description Any time before capture. 200 when voided; 202 with `cancel_requested` while the outcome is open: the outcome decides, and `customer_charged` tells.
         */
        readonly post: operations["cancelPayment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/refunds": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 返金する（取消・返品） · Refund a captured payment
         * @description Without money: all that is left. The gateway chooses 取消 or 返品 unless `kind` says which.
         */
        readonly post: operations["refundPayment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/continue": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 暗証番号またはICで支払いを続ける · Go on with a PIN or the chip
         * @description Does what `required_action` asks: `enter_pin` wants `pin_block` (single tap: the card is not read again), `insert_chip` wants `card_present` of the same card. The same payment goes on, with a new attempt. A refused body (422) sends nothing and the action stays open until `expires_at`; a wrong PIN asks again while tries are left.
         */
        readonly post: operations["continuePayment"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/voice-approval": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 電話承認を計上する · Post what was approved by telephone
         * @description Of a sale that was declined with `refer_to_issuer`, on the same business date and once. Makes a new payment over the same amount with the token of the declined one: the card is not read again. No other decline can be turned round this way.
         */
        readonly post: operations["postVoiceApproval"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/signature": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        /**
         * お客様の署名を保存する · Keep the signature of the cardholder
         * @description A PNG of at most 200 KB (1,048,576 pixels, no edge longer than 4,096) as the whole body. It is opened and written anew: nothing but its pixels is kept, in gray on white. Of an approved payment that has not gone back whole, once: the same picture again answers 200, another one 409. The merchant’s and the card company’s copies of the slip show it; no reply and no event holds the picture.
         */
        readonly put: operations["putSignature"];
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/dcc-offers": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 通貨の提示を取得する · Get the offer to show to the cardholder
         * @description Of a payment that was made with `method: "dcc"` and whose `required_action` is `choose_currency`. The offer that stands, or a new one when it is about to end. `id: null`: no rate can be had, the payment goes on in the local currency, and nothing is shown.
         */
        readonly post: operations["offerCurrency"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/dcc-choice": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * お客様が選んだ通貨を送る · Send the currency that the cardholder chose
         * @description The payment goes on in that currency. There is no default, and no timer chooses: after `expires_at` of the offer only `local` is taken, and silence ends in `expired`, uncharged. Only the newest offer of the payment can be chosen.
         */
        readonly post: operations["chooseCurrency"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/dcc-evidence": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 通貨選択の証跡を取得する · Read the evidence of the choice of currency
         * @description Offers word for word, the choice with time, device and language, its hash, the reference of the message that took the money, and refunds. The same as a document: `dcc-evidence.pdf`.
         */
        readonly get: operations["readDccEvidence"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/dcc-evidence.pdf": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 通貨選択の証跡をPDFで取得する · Read the evidence of the choice of currency as a PDF
         * @description The same as `dcc-evidence`, on A4; every font is embedded.
         */
        readonly get: operations["readDccEvidencePdf"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/receipt": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 控えを取得する · Read a receipt
         * @description One copy of the slip as structured lines and as text for a printer of fixed pitch, in five languages. The first print of a copy is the original; every further one says 再発行, unless `print` asks for an earlier one again (a till that lost the answer asks with `print=1`). A payment whose outcome is open gives a slip marked 処理未了. Whole card numbers and expiry dates are on none.
         */
        readonly get: operations["getReceipt"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payments/{id}/receipt.pdf": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 控えをPDFで取得する · Read a receipt as a PDF
         * @description The same slip as `receipt`, on one page of the width of the paper; every font is embedded.
         */
        readonly get: operations["getReceiptPdf"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/payment-plans/quote": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 支払区分を照会する · List the legal payment plans of a sale
         * @description By issuer, brand, contract of the merchant, amount and date: what the customer may choose, with days and amounts that sum exactly. It stores nothing and promises nothing: `POST /v1/payments` is held against the same table again.
         */
        readonly post: operations["quotePaymentPlans"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/attempts/{client_reference}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 取引の状態を確認する · Where a purchase stands
         * @description Answers `never_seen` for a reference that never arrived.
         */
        readonly get: operations["getAttempt"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/attempts/{client_reference}/ensure-cancelled": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * 取引を確実に取り消す · Give up a purchase safely
         * @description Ends in `abandoned`, `not_sent`, `declined` or `reversed`. A reference never seen is burned: a later create with it is refused.
         */
        readonly post: operations["ensureCancelled"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/terminals/{id}/capabilities": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 端末の機能と本人確認のルールを取得する · What a terminal may do
         * @description What a till reads at its start: methods, ways of reading a card, currencies, and up to which amount which card needs which verification of its holder. The rules are dated tables; read it again each business day.
         */
        readonly get: operations["readTerminalCapabilities"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/terminals/{id}/open-payments": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * 未確定の支払いを一覧する · Open payments of a terminal
         * @description What a till asks first after a restart: every payment without a first outcome, and every one that waits for its customer. Newest first, paged like every list.
         */
        readonly get: operations["listOpenPayments"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export interface components {
    schemas: {
        readonly FieldErrorResponse: {
            /**
             * @description JSON pointer into the body, or the name of a query parameter
             * @example /money/amount
             */
            readonly pointer: string;
            /** @enum {string} */
            readonly code: "required" | "unknown" | "not_object" | "not_array" | "not_string" | "not_boolean" | "not_integer" | "out_of_range" | "not_in_list" | "too_long" | "invalid_format" | "invalid_text" | "contains_pan" | "forbidden_key" | "too_many" | "repeated" | "not_a_date" | "combination";
            readonly detail: string;
        };
        readonly ProblemResponse: {
            /**
             * Format: uri-reference
             * @description Page with cause, fix and example
             * @example /docs/errors/amount_invalid
             */
            readonly type: string;
            /** @example 金額の形式が正しくありません */
            readonly title: string;
            /** @example 400 */
            readonly status: number;
            readonly detail?: string;
            /** @example /v1/payments */
            readonly instance?: string;
            /**
             * @description Stable; branch on it
             * @enum {string}
             */
            readonly code: "invalid_json" | "duplicate_key" | "body_too_deep" | "unknown_parameter" | "parameter_missing" | "parameter_invalid" | "amount_invalid" | "metadata_contains_pan" | "idempotency_key_missing" | "idempotency_key_invalid" | "version_unknown" | "cursor_invalid" | "authentication_required" | "api_key_invalid" | "api_key_expired" | "session_expired" | "terminal_not_enrolled" | "permission_denied" | "ip_not_allowed" | "mfa_required" | "approval_required" | "self_approval" | "terminal_blocked" | "resource_missing" | "method_not_allowed" | "not_acceptable" | "body_too_large" | "url_too_long" | "unsupported_media_type" | "headers_too_large" | "idempotency_in_progress" | "state_conflict" | "amount_exceeds_refundable" | "amount_exceeds_authorized" | "already_captured" | "ksn_replay" | "ksn_stale" | "plan_needs_whole_refund" | "token_revoked" | "token_spent" | "client_reference_exists" | "client_reference_burned" | "version_retired" | "offer_expired" | "idempotency_key_reused" | "url_not_allowed" | "verification_required" | "card_data_invalid" | "method_not_supported" | "plan_not_allowed" | "dcc_choice_invalid" | "file_rejected" | "quota_exceeded" | "concurrency_exceeded" | "abnormal_usage_detected" | "internal_error" | "issuer_unavailable" | "card_service_unavailable" | "simulator_unavailable" | "temporary_reduced_capacity" | "timeout";
            /** @example req_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly request_id: string;
            readonly retryable: boolean;
            /** @enum {string} */
            readonly next_action: "fix_request" | "retry_same_key" | "retry_later" | "read_resource" | "ask_cardholder" | "use_other_method" | "contact_support" | "reauthenticate";
            readonly errors?: readonly components["schemas"]["FieldErrorResponse"][];
            /** @description With state_conflict: the state that forbids it */
            readonly current_status?: string;
            /**
             * @description With state_conflict and refused amounts: what the payment allows at this moment
             * @example [
             *       "refund",
             *       "ensure_cancelled"
             *     ]
             */
            readonly allowed_actions?: readonly string[];
            /**
             * @description With state_conflict: what the payment waits for instead
             * @example enter_pin
             */
            readonly required_action?: string;
            /**
             * @description With card_data_invalid and verification_required: the rule that the reading breaks, where it can be told without opening the card
             * @example forbidden_clear_tag
             */
            readonly card_rule?: string;
            /**
             * @description With card_data_invalid: the tag that is meant; never its value
             * @example 5A
             */
            readonly chip_tag?: string;
            /**
             * @description With plan_not_allowed: the fault as Japanese card terminals name it (G70 to G78)
             * @example G74
             */
            readonly domestic_code?: string;
            /**
             * @description With plan_not_allowed: the plans that are legal for this sale
             * @example [
             *       "one_time",
             *       "installments:3"
             *     ]
             */
            readonly legal_plans?: readonly string[];
            /** @description With permission_denied: the permission that the key lacks */
            readonly permission?: string;
            /** @description With quota_exceeded: the policy that is used up */
            readonly "violated-policies"?: string;
            readonly client_reference?: string;
            readonly payment?: string;
        };
        readonly MoneyRequest: {
            /**
             * @description Minor units by the ISO 4217 exponent, canonical digits: JPY 1,500 is 1500, USD 12.00 is 1200
             * @example 1500
             */
            readonly amount: number;
            /**
             * @example JPY
             * @enum {string}
             */
            readonly currency: "JPY" | "USD" | "EUR" | "GBP" | "CNY" | "HKD" | "TWD" | "KRW" | "THB" | "SGD" | "AUD" | "KWD";
        };
        readonly PinBlockRequest: {
            /** @enum {string} */
            readonly format: "iso4" | "iso0";
            /** @description Hex of 10 to 12 bytes */
            readonly ksn: string;
            /** @description Hex of 8 or 16 bytes */
            readonly data: string;
        };
        readonly CardApplicationRequest: {
            /**
             * @description Tag 4F or 84, hex of 5 to 16 bytes
             * @example A000000333010102
             */
            readonly aid: string;
            /**
             * @description Tag 9F12 or 50, as text
             * @example UnionPay Credit
             */
            readonly label?: string;
        };
        readonly CardPresentRequest: {
            /** @enum {string} */
            readonly format: "dukpt_aes" | "dukpt_tdes";
            /**
             * @description Key serial number of the reader, hex
             * @example 123456789012345600000001
             */
            readonly ksn: string;
            /** @description Hex of 8 or 16 bytes, where the profile of the terminal sends one */
            readonly iv?: string;
            /**
             * @description Hex of at most 2,048 bytes
             * @example 9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C
             */
            readonly ciphertext: string;
            /** @description Hex of 4 to 16 bytes, where the profile of the terminal sends one */
            readonly mac?: string;
            /** @enum {string} */
            readonly entry_mode: "chip" | "contactless" | "stripe" | "keyed";
            /** @description BER-TLV of non-sensitive tags, in the clear, hex */
            readonly emv?: string;
            readonly pin_block?: components["schemas"]["PinBlockRequest"];
            /**
             * @description How the reader verified the holder. Left out: what tag 9F34 of `emv` says (and of a tap tag 9F6C, 9F34 or 9F71: a phone that knows its holder). It must not contradict the tag
             * @enum {string}
             */
            readonly cvm?: "none" | "signature" | "offline_pin" | "online_pin" | "device" | "offline_pin_and_signature" | "approval" | "failure";
            /**
             * @description Why a chip card was swiped: its read before went well (1), or failed as well (2). Send it whenever a reader that takes chips sends the stripe of a chip card; some acquirers refuse without it (`capabilities`)
             * @enum {string}
             */
            readonly fallback_reason?: "chip_read_once" | "chip_failed_again";
            /** @description On a card of two brands the chosen one decides the network; left out: tag 4F, 84 or 9F06 of `emv` */
            readonly application?: components["schemas"]["CardApplicationRequest"];
        };
        readonly PaymentPlanRequest: {
            /** @enum {string} */
            readonly type: "one_time" | "installments" | "revolving" | "bonus" | "bonus_combined";
            /** @description Number of instalments; only, and always, with `installments` and `bonus_combined` */
            readonly count?: number;
            /** @description Months of the year whose bonuses pay, with `bonus` and `bonus_combined`; left out: the first that are legal */
            readonly bonus_months?: readonly number[];
            /** @description What each bonus pays, minor units, with `bonus_combined`; left out: as much as the table allows */
            readonly bonus_amount?: number;
            /** @description Month of the year of the first payment, where the table lets the holder put it off; left out: the next one */
            readonly first_month?: number;
        };
        readonly CreatePaymentRequest: {
            /**
             * @description Your own id of the purchase (UUIDv7 is best); unique for ever
             * @example 0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01
             */
            readonly client_reference: string;
            /** @example trm_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly terminal_id: string;
            /**
             * @description sale: 売上, authorize and capture in one; auth: オーソリ, capture later
             * @enum {string}
             */
            readonly kind: "sale" | "auth";
            /**
             * @description Left out: derived from card, entry mode and contract
             * @enum {string}
             */
            readonly method?: "credit" | "unionpay" | "dcc" | "nfc" | "emoney" | "debit";
            readonly money: components["schemas"]["MoneyRequest"];
            /** @description What the reader encrypted; how, with lines that run: the guide, "Encrypting a card" (`/docs#card-encryption`) */
            readonly card_present: components["schemas"]["CardPresentRequest"];
            /** @description Left out: one time. `POST /v1/payment-plans/quote` lists what is legal for a card */
            readonly payment_plan?: components["schemas"]["PaymentPlanRequest"];
            /** @example 00042 */
            readonly slip_no?: string;
            /** @example C07 */
            readonly clerk?: string;
            /**
             * @example {
             *       "order": "A-1001"
             *     }
             */
            readonly metadata?: {
                readonly [key: string]: string;
            };
        };
        readonly MoneyResponse: {
            /**
             * @description Minor units by the ISO 4217 exponent: JPY 1,500 is 1500, USD 12.00 is 1200
             * @example 1500
             */
            readonly amount: number;
            /**
             * @example JPY
             * @enum {string}
             */
            readonly currency: "JPY" | "USD" | "EUR" | "GBP" | "CNY" | "HKD" | "TWD" | "KRW" | "THB" | "SGD" | "AUD" | "KWD";
            /**
             * @description For people; never parse it
             * @example ¥1,500
             */
            readonly amount_display: string;
        };
        readonly PlanPaymentResponse: {
            /**
             * @description Month in which the issuer bills it
             * @example 2026-12
             */
            readonly month: string;
            /**
             * Format: date
             * @description Day of payment before holidays are counted
             * @example 2026-12-10
             */
            readonly date: string;
            readonly money: components["schemas"]["MoneyResponse"];
            /**
             * @description Paid with a bonus
             * @example false
             */
            readonly bonus: boolean;
        };
        readonly PlanResponse: {
            /** @enum {string} */
            readonly type: "one_time" | "installments" | "revolving" | "bonus" | "bonus_combined";
            /** @example null */
            readonly count: number | null;
            /**
             * @description Names the plan within its table
             * @example 10
             */
            readonly id: string | null;
            /**
             * @description Two digits of the wire: 10, 21 to 24, 31 to 34, 61, 80
             * @example 10
             */
            readonly code: string | null;
            /**
             * @description As a refusal names it in `legal_plans`: type, `:count`, `@bonus.months`
             * @example one_time
             */
            readonly name: string;
            /** @description Month of the first payment, when the holder chose it */
            readonly first_month: number | null;
            /**
             * @description Months of the year whose bonuses pay
             * @example []
             */
            readonly bonus_months: readonly number[];
            /** @description Of a combined plan: what each bonus pays, minor units; null: the bonuses share the whole */
            readonly bonus_amount: number | null;
            /** @description Sums exactly to the amount; fees of the issuer are not in it. Empty for revolving, and when the billing days of the issuer are not known */
            readonly schedule: readonly components["schemas"]["PlanPaymentResponse"][];
            /**
             * @description Whether the holder pays the issuer a fee; how much is in the terms of the issuer
             * @enum {string|null}
             */
            readonly cardholder_fee: "none" | "issuer_terms" | null;
            /**
             * @description Whether a part may be refunded without asking the issuer first
             * @enum {string|null}
             */
            readonly partial_refund: "allowed" | "requires_review" | null;
            /**
             * @description Row of the table that allows it
             * @example one_time
             */
            readonly rule: string | null;
            /**
             * @description Version of the table of plans
             * @example 2026-10-01
             */
            readonly table_version: string | null;
        };
        readonly CardResponse: {
            /** @enum {string} */
            readonly brand: "jcb" | "visa" | "mastercard" | "amex" | "diners" | "discover" | "unionpay" | "unknown";
            /** @example 353011 */
            readonly bin6: string;
            /** @example 0000 */
            readonly last4: string;
            readonly exp_month: number | null;
            /** @example 2030 */
            readonly exp_year: number | null;
            /** @description Name of the issuer, when known */
            readonly issuer_name: string | null;
            /** @enum {string} */
            readonly funding: "credit" | "debit" | "prepaid" | "unknown";
            /** @description ISO 3166-1 alpha-2 country of the issuer */
            readonly country: string | null;
            /** @description Wallet, when the card was presented by one */
            readonly wallet: string | null;
        };
        readonly CardApplicationResponse: {
            /**
             * @description Application identifier, hex
             * @example A000000333010102
             */
            readonly aid: string;
            /** @example UnionPay Credit */
            readonly label: string | null;
            /** @example unionpay */
            readonly brand: string;
        };
        readonly PresentmentResponse: {
            /**
             * @description Null: nobody said
             * @enum {string|null}
             */
            readonly cvm: "none" | "signature" | "offline_pin" | "online_pin" | "device" | "offline_pin_and_signature" | "approval" | "failure" | null;
            /** @enum {string|null} */
            readonly fallback_reason: "chip_read_once" | "chip_failed_again" | null;
            readonly application: components["schemas"]["CardApplicationResponse"] | null;
            /** @description An online PIN came with the card */
            readonly pin_entered: boolean;
            /**
             * @description Record of the chip, tag to hex, the same for every kernel: what a slip and a dispute need. Never a card number, a track or a PIN. 8A is of the answer
             * @example {
             *       "84": "A0000000651010",
             *       "95": "0000008000",
             *       "9F26": "1122334455667788",
             *       "9F36": "0001",
             *       "8A": "3030"
             *     }
             */
            readonly emv: {
                readonly [key: string]: string;
            } | null;
        };
        readonly RequiredActionResponse: {
            /**
             * @description choose_currency: show the offer of `dcc-offers`, send the choice; enter_pin: ask for the PIN, do not read the card again; insert_chip: insert the card. The last two go to `continue`
             * @enum {string}
             */
            readonly type: "choose_currency" | "enter_pin" | "insert_chip";
            /**
             * Format: date-time
             * @description After this the payment expires, uncharged
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly expires_at: string;
        };
        readonly ConversionResponse: {
            /** @enum {string} */
            readonly status: "undecided" | "accepted" | "refused" | "not_eligible" | "unavailable";
            /** @example dcc_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly offer: string | null;
            /**
             * @example USD
             * @enum {string|null}
             */
            readonly currency: "JPY" | "USD" | "EUR" | "GBP" | "CNY" | "HKD" | "TWD" | "KRW" | "THB" | "SGD" | "AUD" | "KWD" | null;
            /**
             * @description Minor units of that currency
             * @example 1007
             */
            readonly amount: number | null;
            /**
             * @description For people; never parse it
             * @example $10.07
             */
            readonly amount_display: string | null;
            /**
             * @description One yen in the currency of the card, mark-up included
             * @example 0.0067123
             */
            readonly rate: string | null;
            /**
             * @description Mark-up in basis points
             * @example 350
             */
            readonly markup_bps: number | null;
            /** @example simulator */
            readonly rate_source: string | null;
            /**
             * Format: date-time
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly rate_timestamp: string | null;
            /** @description Sentence of the provider that must be shown and printed as it is */
            readonly disclaimer: string | null;
            /**
             * Format: date-time
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly chosen_at: string | null;
            /**
             * @description What went back in that currency, minor units
             * @example 0
             */
            readonly refunded_amount: number;
        };
        readonly SignatureResponse: {
            /**
             * Format: date-time
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly received_at: string;
            /**
             * @description SHA-256 of its pixels: width and height (four bytes each, big-endian), then one gray byte a pixel from the top left
             * @example 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
             */
            readonly sha256: string;
        };
        readonly RawCodeResponse: {
            /**
             * @description List that the code belongs to
             * @example iso8583_1993
             * @enum {string}
             */
            readonly source: "iso8583_1993" | "domestic" | "unionpay" | "tsunagu";
            /**
             * @description As it came; several raw codes may share one `decline.code`
             * @example 116
             */
            readonly code: string;
        };
        readonly NetworkReferenceResponse: {
            /**
             * @description Link that carried the message
             * @example jcb
             */
            readonly link: string;
            /**
             * @description Retrieval reference number (ISO 8583 field 37)
             * @example 632712000001
             */
            readonly rrn: string;
            /**
             * @description System trace audit number (field 11)
             * @example 000001
             */
            readonly stan: string;
            /**
             * @description Local time of the transaction, YYMMDDhhmmss JST (field 12)
             * @example 261122120405
             */
            readonly local_time: string;
        };
        readonly AttemptResponse: {
            /** @example att_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly id: string;
            /** @enum {string} */
            readonly object: "attempt";
            /** @enum {string} */
            readonly kind: "auth" | "sale" | "increase" | "capture" | "void" | "refund";
            /** @enum {string} */
            readonly status: "created" | "sending" | "not_sent" | "approved" | "declined" | "sent_unknown" | "in_doubt" | "reversed" | "stored_offline" | "declined_after_goods" | "expired" | "written_off" | "abandoned";
            readonly money: components["schemas"]["MoneyResponse"];
            /** @example 000 */
            readonly action_code: string | null;
            /** @description The answer as the network sent it, a code of Japanese card terminals for instance; null: no answer */
            readonly raw_code: components["schemas"]["RawCodeResponse"] | null;
            /** @example 012345 */
            readonly approval_code: string | null;
            /** @description Why it is not simply approved or declined */
            readonly reason: string | null;
            readonly network_reference: components["schemas"]["NetworkReferenceResponse"] | null;
            /**
             * Format: date-time
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly created_at: string;
        };
        readonly RefundKindResponse: {
            /** @example 返品 */
            readonly ja: string;
            /** @example Refund */
            readonly en: string;
        };
        readonly RefundResponse: {
            /** @example ref_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly id: string;
            /** @enum {string} */
            readonly object: "refund";
            /** @example false */
            readonly livemode: boolean;
            /** @example pay_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly payment: string;
            /**
             * @description 取消 (cancel of the whole sale) or 返品 (return)
             * @enum {string}
             */
            readonly kind: "torikeshi" | "henpin";
            /** @description The word for it on the slip */
            readonly kind_display: components["schemas"]["RefundKindResponse"];
            /** @enum {string} */
            readonly status: "processing" | "approved" | "declined" | "unknown";
            /** @description No further change is expected */
            readonly final: boolean;
            readonly money: components["schemas"]["MoneyResponse"];
            /**
             * @description Number of the slip of this refund, as the till gave it
             * @example 00043
             */
            readonly slip_no: string | null;
            /** @example att_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly attempt: string;
            /** @description Ask again after this many milliseconds; null when final */
            readonly poll_after_ms: number | null;
            /**
             * Format: date-time
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly created_at: string;
        };
        readonly WordingResponse: {
            /** @example このカードはご利用いただけません。 */
            readonly ja: string;
            /** @example This card cannot be used. */
            readonly en: string;
            /** @example 此卡无法使用。 */
            readonly "zh-Hans": string;
            /** @example 此卡無法使用。 */
            readonly "zh-Hant": string;
            /** @example 이 카드는 사용할 수 없습니다. */
            readonly ko: string;
        };
        readonly CashierStateResponse: {
            /**
             * @description Stable code of the sentence
             * @example approved
             */
            readonly code: string;
            /** @example 承認されました。お支払いは完了です。 */
            readonly message_ja: string;
            /** @example Approved. The payment is complete. */
            readonly message_en: string;
            /** @description The same sentence in every language of the till */
            readonly messages: components["schemas"]["WordingResponse"];
            /**
             * @description The same card may be presented again for this purchase, with a new payment
             * @example false
             */
            readonly may_retry_card: boolean;
        };
        readonly DeclineResponse: {
            /**
             * @description Every code: docs/decline-codes.md
             * @example insufficient_funds
             */
            readonly code: string;
            /** @enum {string} */
            readonly category: "soft" | "hard" | "pickup_hidden" | "technical" | "blocked_by_rule";
            /**
             * @description Whose matter it is: funds or limit, card, verification (PIN or security code), data sent, system away or closed, refused without a reason or by a code not known, terminal. Branch on this, not on codes
             * @example funds
             * @enum {string}
             */
            readonly class: "funds" | "card" | "verification" | "data" | "system" | "refused" | "terminal";
            /**
             * @description What helps: retry later, use another card or method, enter or show it again, call the card company; or it is our fault
             * @example use_other_card
             * @enum {string}
             */
            readonly act: "retry_later" | "use_other_card" | "enter_again" | "call_issuer" | "our_fault";
            /**
             * @description Action code of the network (ISO 8583 field 39)
             * @example 116
             */
            readonly network_code: string | null;
            /** @description Null: nobody outside this house refused it */
            readonly raw: components["schemas"]["RawCodeResponse"] | null;
            /** @description Text of the issuer, when it sent one */
            readonly issuer_message: string | null;
            readonly retry_same_card: boolean;
            /** @description Sentence for the clerk, in the language of `Accept-Language` (five languages) */
            readonly cashier_message: string;
            /** @description Sentence for the customer; neutral whatever the reason */
            readonly customer_message: string;
            /** @description The same in every language: a customer seldom reads that of the clerk */
            readonly customer_messages: components["schemas"]["WordingResponse"];
            /** @enum {string} */
            readonly next_action: "use_other_method" | "ask_cardholder" | "retry_later" | "contact_support";
        };
        readonly PaymentResponse: {
            /** @example pay_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly id: string;
            /** @enum {string} */
            readonly object: "payment";
            /** @example false */
            readonly livemode: boolean;
            /** @enum {string} */
            readonly status: "requires_action" | "processing" | "authorized" | "partially_captured" | "captured" | "partially_refunded" | "refunded" | "voided" | "declined" | "expired" | "unknown" | "offline_accepted" | "offline_lost";
            /** @description Why the status is what it is, e.g. reversed, not_processed, not_sent */
            readonly reason: string | null;
            /** @description The first outcome is known: nothing to wait for */
            readonly final: boolean;
            /**
             * @description Whether the customer pays. `no` is said only when it is proved
             * @enum {string}
             */
            readonly customer_charged: "yes" | "no" | "unknown";
            /** @enum {string} */
            readonly kind: "sale" | "auth";
            /**
             * @description Method as the gateway chose or accepted it
             * @enum {string}
             */
            readonly method: "credit" | "unionpay" | "dcc" | "nfc" | "emoney" | "debit";
            /** @example 0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01 */
            readonly client_reference: string;
            /** @example str_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly store_id: string;
            /** @example trm_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly terminal_id: string;
            readonly money: components["schemas"]["MoneyResponse"];
            readonly authorized: components["schemas"]["MoneyResponse"];
            readonly captured: components["schemas"]["MoneyResponse"];
            readonly refunded: components["schemas"]["MoneyResponse"];
            /** @description Reserved by refunds without an answer */
            readonly refund_pending: components["schemas"]["MoneyResponse"];
            readonly payment_plan: components["schemas"]["PlanResponse"];
            readonly card: components["schemas"]["CardResponse"] | null;
            /** @example tok_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly token: string | null;
            /** @enum {string} */
            readonly entry_mode: "chip" | "contactless" | "stripe" | "keyed";
            readonly presentment: components["schemas"]["PresentmentResponse"] | null;
            /** @description What the till must do now; null unless the status is `requires_action` */
            readonly required_action: components["schemas"]["RequiredActionResponse"] | null;
            /** @description Null: no choice of currency was asked for */
            readonly dcc: components["schemas"]["ConversionResponse"] | null;
            /**
             * @description voice: approved by telephone, posted afterwards
             * @enum {string}
             */
            readonly approval_source: "issuer" | "voice";
            /** @description Null: the cardholder has not signed */
            readonly signature: components["schemas"]["SignatureResponse"] | null;
            /**
             * Format: date-time
             * @description When the required action, or the authorization, ends by itself
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly expires_at: string | null;
            /** @example 012345 */
            readonly approval_code: string | null;
            /** @description BER-TLV of the issuer for the chip, hex */
            readonly emv_response: string | null;
            /** @example 00042 */
            readonly slip_no: string | null;
            /** @example C07 */
            readonly clerk: string | null;
            /**
             * @example {
             *       "order": "A-1001"
             *     }
             */
            readonly metadata: {
                readonly [key: string]: string;
            };
            /** @description A cancel was asked for while the outcome was open; the outcome decides */
            readonly cancel_requested: boolean;
            readonly attempts: readonly components["schemas"]["AttemptResponse"][];
            readonly refunds: readonly components["schemas"]["RefundResponse"][];
            /** @description Attempts without an answer that keep a part of the amount reserved */
            readonly pending_unknown: readonly string[];
            /** @description Grows by one with every change; gap-free */
            readonly sequence: number;
            /**
             * Format: date
             * @description Business date, Asia/Tokyo
             * @example 2026-11-22
             */
            readonly business_date: string;
            readonly cashier_state: components["schemas"]["CashierStateResponse"];
            readonly allowed_actions: readonly ("capture" | "increase" | "release" | "cancel" | "refund" | "continue" | "choose_currency" | "voice_approval" | "ensure_cancelled")[];
            readonly decline: components["schemas"]["DeclineResponse"] | null;
            /**
             * Format: date-time
             * @description When the gateway looks again by itself
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly next_check_at: string | null;
            /** @description Ask again after this many milliseconds; null when final */
            readonly poll_after_ms: number | null;
            /**
             * Format: date-time
             * @description Until when an answer of the issuer is expected; null when no longer processing
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly deadline: string | null;
            /**
             * Format: date-time
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly created_at: string;
            /**
             * Format: date-time
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly updated_at: string;
        };
        readonly PaymentListResponse: {
            /** @enum {string} */
            readonly object: "list";
            readonly data: readonly components["schemas"]["PaymentResponse"][];
            /** @description More rows exist in the direction of the request */
            readonly has_more: boolean;
            readonly next_cursor: string | null;
            readonly prev_cursor: string | null;
            /** @description Only with include=total */
            readonly total: number | null;
            /** @description The count stopped at 10,000 */
            readonly total_capped: boolean | null;
        };
        readonly CaptureRequest: {
            /** @description Left out: all that is left, final */
            readonly money?: components["schemas"]["MoneyRequest"];
            /** @description No further capture follows; the rest is released. Where the brand allows one capture only (UnionPay), it is always the last one, and `false` is refused */
            readonly final?: boolean;
        };
        readonly IncreaseRequest: {
            /** @description What is asked for in addition, not the new total */
            readonly money: components["schemas"]["MoneyRequest"];
        };
        readonly RefundRequest: {
            /** @description Left out: all that is left */
            readonly money?: components["schemas"]["MoneyRequest"];
            /**
             * @description 取消 or 返品; left out: the gateway chooses
             * @enum {string}
             */
            readonly kind?: "torikeshi" | "henpin";
            /**
             * @description Number of the slip of this refund; the slip of the sale is named beside it
             * @example 00043
             */
            readonly slip_no?: string;
        };
        readonly ContinueRequest: {
            /**
             * @description With `required_action` enter_pin: the PIN under a new transaction key of the reader. The card is not read again
             * @example {
             *       "format": "iso4",
             *       "ksn": "123456789012345600000002",
             *       "data": "9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C9C"
             *     }
             */
            readonly pin_block?: components["schemas"]["PinBlockRequest"];
            /** @description With `required_action` insert_chip: the same card, inserted (`entry_mode` chip) */
            readonly card_present?: components["schemas"]["CardPresentRequest"];
        };
        readonly VoiceApprovalRequest: {
            /**
             * @description Of the new payment; the declined one keeps its own
             * @example 0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b02
             */
            readonly client_reference: string;
            /**
             * @description Approval number (承認番号)
             * @example V12345
             */
            readonly code: string;
            /**
             * @description Left out: that of the declined sale
             * @example 00043
             */
            readonly slip_no?: string;
            /**
             * @description Who telephoned; left out: as in the declined sale
             * @example C07
             */
            readonly clerk?: string;
        };
        readonly DccSideResponse: {
            /**
             * @description Minor units of the currency
             * @example 10068
             */
            readonly amount: number;
            /** @example USD */
            readonly currency: string;
            /**
             * @description What stands on the control; never parsed
             * @example USD 100.68
             */
            readonly amount_display: string;
        };
        readonly DccDisclosureResponse: {
            /** @example お支払いの通貨を選んでください。 */
            readonly ja: string;
            /** @example Please select the currency of your payment. */
            readonly en: string;
            /** @example 请选择付款货币。 */
            readonly "zh-Hans": string;
            /** @example 請選擇付款貨幣。 */
            readonly "zh-Hant": string;
            /** @example 결제 통화를 선택해 주십시오. */
            readonly ko: string;
        };
        readonly DccLayoutResponse: {
            /** @example neutral-1 */
            readonly version: string;
            /**
             * @description On a screen that the cardholder sees and touches
             * @enum {string}
             */
            readonly audience: "cardholder";
            /**
             * @example [
             *       "local",
             *       "foreign"
             *     ]
             */
            readonly options: readonly string[];
            /** @enum {string} */
            readonly order: "local_first_or_random";
            /** @enum {string} */
            readonly size: "equal";
            /** @enum {string} */
            readonly color: "equal";
            /** @enum {string} */
            readonly weight: "equal";
            /** @enum {string} */
            readonly label: "amount_with_currency_code";
            /** @description Always null: nothing is chosen beforehand */
            readonly preselected: string | null;
            /** @description Always null: nothing has the focus beforehand */
            readonly focused: string | null;
            /**
             * @description No timer chooses; at its end an offer is gone, not taken
             * @example false
             */
            readonly timer_chooses: boolean;
            /** @example true */
            readonly markup_directly_under_rate: boolean;
            /** @enum {string} */
            readonly forbidden_words: "yes_no_accept_decline_continue_cancel";
        };
        readonly DccOfferResponse: {
            /**
             * @description Null: there is no offer, the payment goes on in the local currency; say nothing of it
             * @example dcc_01JDA0Q5P8F6TBN3X2V7K9M4RE
             */
            readonly id: string | null;
            /** @enum {string} */
            readonly object: "dcc_offer";
            readonly local: components["schemas"]["DccSideResponse"] | null;
            readonly foreign: components["schemas"]["DccSideResponse"] | null;
            /**
             * @description One unit of local in units of foreign, mark-up included
             * @example 0.0067123
             */
            readonly rate: string | null;
            /** @example JPY 1 = USD 0.0067123 */
            readonly rate_display: string | null;
            /**
             * @description Over the wholesale rate, hundredths of a percent
             * @example 375
             */
            readonly markup_bps: number | null;
            /** @example A BANK */
            readonly rate_source: string | null;
            /** Format: date-time */
            readonly rate_timestamp: string | null;
            /**
             * Format: date-time
             * @description From then on only the local currency may be chosen
             */
            readonly expires_at: string | null;
            /** @description As the provider words it; shown and printed unchanged */
            readonly disclaimer: string | null;
            /** @description The provider’s own id of the quote */
            readonly provider_reference: string | null;
            readonly disclosure: components["schemas"]["DccDisclosureResponse"] | null;
            readonly layout: components["schemas"]["DccLayoutResponse"] | null;
            /** Format: date-time */
            readonly created_at: string | null;
            readonly payment: components["schemas"]["PaymentResponse"];
        };
        readonly DccChoiceRequest: {
            /** @example dcc_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly offer_id: string;
            /**
             * @description local: JPY; foreign: the currency of the card
             * @enum {string}
             */
            readonly choice: "local" | "foreign";
            /**
             * Format: date-time
             * @description When the screen stood
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly shown_at?: string;
            /**
             * @description Version of the screen of the till
             * @example till-dcc-3
             */
            readonly screen_template_version?: string;
            /**
             * @description SHA-256 of the text that the cardholder saw, hex
             * @example e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
             */
            readonly rendered_text_hash?: string;
            /**
             * @description Language of the screen, BCP 47
             * @example en
             */
            readonly locale?: string;
        };
        readonly DccTermsResponse: {
            /** @example dcc_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly id: string;
            /** @enum {string} */
            readonly object: "dcc_offer";
            readonly local: components["schemas"]["DccSideResponse"];
            readonly foreign: components["schemas"]["DccSideResponse"];
            /**
             * @description One unit of local in units of foreign, mark-up included
             * @example 0.0067123
             */
            readonly rate: string;
            /** @example JPY 1 = USD 0.0067123 */
            readonly rate_display: string;
            /**
             * @description Over the wholesale rate, hundredths of a percent
             * @example 375
             */
            readonly markup_bps: number;
            /** @example A BANK */
            readonly rate_source: string;
            /** Format: date-time */
            readonly rate_timestamp: string;
            /**
             * Format: date-time
             * @description From then on only the local currency may be chosen
             */
            readonly expires_at: string;
            /** @description As the provider words it; shown and printed unchanged */
            readonly disclaimer: string;
            /**
             * @description The provider’s own id of the quote
             * @example SIM-00000001
             */
            readonly provider_reference: string;
            readonly disclosure: components["schemas"]["DccDisclosureResponse"];
            /** Format: date-time */
            readonly created_at: string;
        };
        readonly DccChoiceResponse: {
            /** @example dcc_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly offer: string;
            /** @enum {string} */
            readonly choice: "local" | "foreign";
            /** @enum {string} */
            readonly actor: "cardholder";
            /** Format: date-time */
            readonly shown_at: string | null;
            /** Format: date-time */
            readonly chosen_at: string;
            /**
             * @description Terminal on whose screen it was chosen
             * @example trm_01JDA0Q5P8F6TBN3X2V7K9M4RE
             */
            readonly chosen_on_device: string;
            readonly locale: string | null;
            readonly screen_template_version: string | null;
            readonly rendered_text_hash: string | null;
        };
        readonly DccWireResponse: {
            /** @example acq */
            readonly link: string;
            /**
             * @description Retrieval reference number (ISO 8583 field 37)
             * @example 632712000001
             */
            readonly rrn: string;
            /** @example 000001 */
            readonly stan: string;
            /** @example 261122120405 */
            readonly local_time: string;
            /** @example 012345 */
            readonly approval_code: string | null;
        };
        readonly DccRefundResponse: {
            /** @example ref_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly id: string;
            /** @enum {string} */
            readonly kind: "torikeshi" | "henpin";
            /** @enum {string} */
            readonly status: "processing" | "approved" | "declined" | "unknown";
            readonly local: components["schemas"]["DccSideResponse"];
            readonly foreign: components["schemas"]["DccSideResponse"] | null;
        };
        readonly DccEvidenceResponse: {
            /** @enum {string} */
            readonly object: "dcc_evidence";
            readonly payment: components["schemas"]["PaymentResponse"];
            /** @description Word for word as they were made, oldest first */
            readonly offers: readonly components["schemas"]["DccTermsResponse"][];
            readonly choice: components["schemas"]["DccChoiceResponse"] | null;
            /** @description SHA-256 over the choice and its offer, stored with them */
            readonly record_hash: string | null;
            /** @description Whether the stored words still have that hash; null without a choice */
            readonly intact: boolean | null;
            /** @description Of the message that took the money */
            readonly wire: components["schemas"]["DccWireResponse"] | null;
            readonly refunds: readonly components["schemas"]["DccRefundResponse"][];
        };
        readonly ReceiptLineResponse: {
            /**
             * @description text: a sentence; pair: label left, text right; rule: a line across; mark: big and framed; signature: label and a line to sign on, or `text` that it was signed; space: an empty line. Clients print unknown ones as text
             * @enum {string}
             */
            readonly type: "text" | "pair" | "rule" | "mark" | "signature" | "space";
            /** @example 合計 */
            readonly label: string | null;
            /** @example ¥1,500 */
            readonly text: string | null;
            /** @enum {string} */
            readonly align: "left" | "center";
            /** @enum {string} */
            readonly size: "normal" | "large";
            /**
             * @description Of a signature: to be signed on the paper, or signed on a tablet (`text` says when, the PDF shows it); else null
             * @enum {string|null}
             */
            readonly state: "to_sign" | "signed" | null;
        };
        readonly ReceiptResponse: {
            /** @enum {string} */
            readonly object: "receipt";
            /** @example false */
            readonly livemode: boolean;
            /** @example pay_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly payment: string;
            /** @example null */
            readonly refund: string | null;
            /**
             * @description What the slip says; `unknown` and `refund_unknown` are 処理未了
             * @enum {string}
             */
            readonly kind: "sale" | "authorization" | "capture" | "torikeshi" | "henpin" | "voided" | "declined" | "expired" | "unknown" | "offline" | "refund_declined" | "refund_unknown";
            /** @enum {string} */
            readonly copy: "customer" | "merchant" | "issuer";
            /**
             * @example ja
             * @enum {string}
             */
            readonly lang: "ja" | "en" | "zh-Hans" | "zh-Hant" | "ko";
            /**
             * @example 58
             * @enum {number}
             */
            readonly width: 58 | 80;
            /** @description How often this copy of this slip was printed, this one included */
            readonly print: number;
            /** @description It says 再発行 */
            readonly reprint: boolean;
            readonly lines: readonly components["schemas"]["ReceiptLineResponse"][];
            /** @description The same for a printer of fixed pitch: 32 columns at 58 mm, 48 at 80 mm; wide characters take two */
            readonly text: string;
            /**
             * @description The same print as a PDF with its fonts inside; the key travels in the header
             * @example /v1/payments/pay_01JDA0Q5P8F6TBN3X2V7K9M4RE/receipt.pdf?copy=customer&lang=ja&width=58&print=1
             */
            readonly pdf_url: string;
        };
        readonly QuoteCardRequest: {
            /**
             * @description First six digits of the card, as the reader shows them; this or `token`, never both
             * @example 353011
             */
            readonly bin?: string;
            /** @description Card token of an earlier payment */
            readonly token?: string;
        };
        readonly QuotePlansRequest: {
            /** @example trm_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly terminal_id: string;
            readonly money: components["schemas"]["MoneyRequest"];
            /**
             * @example {
             *       "bin": "353011"
             *     }
             */
            readonly card: components["schemas"]["QuoteCardRequest"];
            /**
             * @description Left out: `unionpay` for UnionPay cards, else `credit`
             * @enum {string}
             */
            readonly method?: "credit" | "unionpay" | "dcc" | "nfc" | "emoney" | "debit";
            /**
             * Format: date
             * @description Business date of the sale; left out: the open one of the store
             */
            readonly date?: string;
        };
        readonly PlanQuoteResponse: {
            /** @enum {string} */
            readonly object: "payment_plan_quote";
            /**
             * Format: date
             * @description Business date that the quote is for
             * @example 2026-11-22
             */
            readonly date: string;
            /**
             * @description Version of the table of plans
             * @example 2026-10-01
             */
            readonly table_version: string;
            /** @description Only legal ones, as a terminal shows them; the first is one time */
            readonly plans: readonly components["schemas"]["PlanResponse"][];
        };
        readonly AttemptAnswerResponse: {
            /** @enum {string} */
            readonly object: "attempt_answer";
            readonly client_reference: string;
            /** @enum {string} */
            readonly status: "created" | "sending" | "not_sent" | "approved" | "declined" | "sent_unknown" | "in_doubt" | "reversed" | "stored_offline" | "declined_after_goods" | "expired" | "written_off" | "abandoned" | "never_seen" | "burned";
            readonly final: boolean;
            /**
             * @description `no` only when that is proved. `unknown` for a reference never seen: the order may still be on its way. `ensure-cancelled` burns the reference, and then it is `no`
             * @enum {string}
             */
            readonly customer_charged: "yes" | "no" | "unknown";
            readonly cashier_state: components["schemas"]["CashierStateResponse"];
            readonly allowed_actions: readonly string[];
            /**
             * Format: date-time
             * @example 2026-11-22T03:04:05.678Z
             */
            readonly next_check_at: string | null;
            readonly poll_after_ms: number | null;
            readonly payment: components["schemas"]["PaymentResponse"] | null;
        };
        readonly TapRuleResponse: {
            /** @example visa */
            readonly brand: string;
            /**
             * @description Up to here nothing is asked of the holder (CVM limit)
             * @example 15000
             */
            readonly no_cvm_up_to: number;
            /**
             * @description Up to here a card may be tapped at all; null: no limit
             * @example 15000
             */
            readonly tap_up_to: number | null;
            /**
             * @description The same for a phone or watch that verified its holder
             * @example 15000
             */
            readonly device_up_to: number | null;
            /**
             * @description Floor limit of the reader; this gateway asks the issuer at every amount
             * @example 15000
             */
            readonly floor_up_to: number;
            /** @description What proves the holder above the CVM limit, beside a PIN */
            readonly proofs: readonly ("none" | "signature" | "offline_pin" | "online_pin" | "device" | "offline_pin_and_signature" | "approval" | "failure")[];
            /**
             * @description What the payment asks for where the proof is missing; null: it is refused
             * @enum {string|null}
             */
            readonly otherwise: "enter_pin" | "insert_chip" | null;
            /**
             * @description Row of the table
             * @example tap-standard-visa
             */
            readonly rule: string;
        };
        readonly ChipRuleResponse: {
            /** @enum {string} */
            readonly issued: "japan" | "abroad";
            /**
             * @description Up to here no PIN is asked (PINレス)
             * @example 15000
             */
            readonly pinless_up_to: number;
            /**
             * @description A signature in place of the PIN
             * @enum {string}
             */
            readonly signature: "allowed" | "refused";
            /**
             * @description Row of the table
             * @example chip-japan-15000
             */
            readonly rule: string;
        };
        readonly ChipDataRuleResponse: {
            /**
             * @description Tags that an inserted card needs there
             * @example [
             *       "95",
             *       "9F10",
             *       "9F26"
             *     ]
             */
            readonly required_tags: readonly string[];
            /** @example 1024 */
            readonly length_bytes_max: number;
            /**
             * @description Whether `fallback_reason` is needed when a chip card is swiped at a reader that takes chips
             * @enum {string}
             */
            readonly fallback_reason: "required" | "wanted";
        };
        readonly CapabilitiesResponse: {
            /** @enum {string} */
            readonly object: "terminal_capabilities";
            /** @example trm_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly terminal_id: string;
            /** @example str_01JDA0Q5P8F6TBN3X2V7K9M4RE */
            readonly store_id: string;
            /**
             * Format: date
             * @description Business date that this is for
             * @example 2026-11-22
             */
            readonly business_date: string;
            /** @description A blocked terminal takes no payment */
            readonly blocked: boolean;
            readonly methods: readonly ("credit" | "unionpay" | "dcc" | "nfc" | "emoney" | "debit")[];
            readonly entry_modes: readonly ("chip" | "contactless" | "stripe" | "keyed")[];
            /** @description Currencies in which holders may pay (DCC) */
            readonly dcc_currencies: readonly ("JPY" | "USD" | "EUR" | "GBP" | "CNY" | "HKD" | "TWD" | "KRW" | "THB" | "SGD" | "AUD" | "KWD")[];
            /**
             * @description Contract on payment plans; `POST /v1/payment-plans/quote` lists what is legal
             * @example standard
             */
            readonly payment_plan_contract: string;
            /** @enum {string} */
            readonly reader: "pin_pad" | "no_pin_pad";
            /**
             * @description Contract on the verification of holders
             * @example standard
             */
            readonly verification_contract: string;
            /**
             * @description Version of the table of verification
             * @example 2025-04-01
             */
            readonly table_version: string;
            readonly taps: readonly components["schemas"]["TapRuleResponse"][];
            readonly chips: readonly components["schemas"]["ChipRuleResponse"][];
            readonly chip_data: components["schemas"]["ChipDataRuleResponse"];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export interface operations {
    readonly listPayments: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description next_cursor or prev_cursor of an earlier page, with the same filters */
                readonly cursor?: string;
                /** @description total: count the matches, up to 10,000 */
                readonly include?: "total";
                /** @description One status or several, separated by commas */
                readonly status?: string;
                readonly client_reference?: string;
                readonly created_gte?: string;
                readonly created_lt?: string;
                readonly business_date?: string;
                readonly store_id?: string;
                readonly terminal_id?: string;
                readonly brand?: "jcb" | "visa" | "mastercard" | "amex" | "diners" | "discover" | "unionpay" | "unknown";
                readonly last4?: string;
                readonly amount?: number;
                readonly slip_no?: string;
                readonly approval_code?: string;
                readonly clerk?: string;
                /** @description Text within client reference, slip number, approval code, clerk or last four */
                readonly q?: string;
                /** @description -created_at: newest first */
                readonly sort?: "-created_at" | "created_at";
                /** @description Accepted for symmetry: `refunds` and `attempts` are always in the payment */
                readonly expand?: string;
                /** @description Only these fields of each payment, with `id` and `object` */
                readonly fields?: string;
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentListResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly createPayment: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One key per purchase or action, saved before sending, the same for every retry */
                readonly "Idempotency-Key": string;
                /** @description wait=N: wait up to N seconds (at most 55) for a final state */
                readonly Prefer?: string;
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CreatePaymentRequest"];
            };
        };
        readonly responses: {
            /** @description The current resource; a repeat carries `Idempotent-Replayed: true` */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Final: created, also when declined */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Still running or not known yet: poll after `poll_after_ms` */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly getPayment: {
        readonly parameters: {
            readonly query?: {
                /** @description Seconds to wait for a change */
                readonly wait?: number;
                /** @description Wait until sequence is greater; left out: until final */
                readonly after_sequence?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly streamPayment: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /** @description The last `id` you have seen */
                readonly "Last-Event-ID"?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The stream */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/event-stream": string;
                };
            };
            /** @description You have seen the final state: do not connect again */
            readonly 204: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly capturePayment: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One key per purchase or action, saved before sending, the same for every retry */
                readonly "Idempotency-Key": string;
                /** @description wait=N: wait up to N seconds (at most 55) for a final state */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["CaptureRequest"];
            };
        };
        readonly responses: {
            /** @description The current resource; a repeat carries `Idempotent-Replayed: true` */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Final: created, also when declined */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Still running or not known yet: poll after `poll_after_ms` */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly increasePayment: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One key per purchase or action, saved before sending, the same for every retry */
                readonly "Idempotency-Key": string;
                /** @description wait=N: wait up to N seconds (at most 55) for a final state */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["IncreaseRequest"];
            };
        };
        readonly responses: {
            /** @description The current resource; a repeat carries `Idempotent-Replayed: true` */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Final: created, also when declined */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Still running or not known yet: poll after `poll_after_ms` */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly releasePayment: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One key per purchase or action, saved before sending, the same for every retry */
                readonly "Idempotency-Key": string;
                /** @description wait=N: wait up to N seconds (at most 55) for a final state */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly cancelPayment: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One key per purchase or action, saved before sending, the same for every retry */
                readonly "Idempotency-Key": string;
                /** @description wait=N: wait up to N seconds (at most 55) for a final state */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Still running or not known yet: poll after `poll_after_ms` */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly refundPayment: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One key per purchase or action, saved before sending, the same for every retry */
                readonly "Idempotency-Key": string;
                /** @description wait=N: wait up to N seconds (at most 55) for a final state */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["RefundRequest"];
            };
        };
        readonly responses: {
            /** @description The current resource; a repeat carries `Idempotent-Replayed: true` */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RefundResponse"];
                };
            };
            /** @description Final: created, also when declined */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RefundResponse"];
                };
            };
            /** @description Still running or not known yet: poll after `poll_after_ms` */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["RefundResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly continuePayment: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One key per purchase or action, saved before sending, the same for every retry */
                readonly "Idempotency-Key": string;
                /** @description wait=N: wait up to N seconds (at most 55) for a final state */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ContinueRequest"];
            };
        };
        readonly responses: {
            /** @description The current resource; a repeat carries `Idempotent-Replayed: true` */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Final: created, also when declined */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Still running or not known yet: poll after `poll_after_ms` */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly postVoiceApproval: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One key per purchase or action, saved before sending, the same for every retry */
                readonly "Idempotency-Key": string;
                /** @description wait=N: wait up to N seconds (at most 55) for a final state */
                readonly Prefer?: string;
            };
            readonly path: {
                /** @description The declined payment */
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["VoiceApprovalRequest"];
            };
        };
        readonly responses: {
            /** @description The current resource; a repeat carries `Idempotent-Replayed: true` */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Final: created, also when declined */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Still running or not known yet: poll after `poll_after_ms` */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly putSignature: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "image/png": string;
            };
        };
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly offerCurrency: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The offer to show, or none */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DccOfferResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly chooseCurrency: {
        readonly parameters: {
            readonly query?: never;
            readonly header: {
                /** @description One key per purchase or action, saved before sending, the same for every retry */
                readonly "Idempotency-Key": string;
                /** @description wait=N: wait up to N seconds (at most 55) for a final state */
                readonly Prefer?: string;
            };
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["DccChoiceRequest"];
            };
        };
        readonly responses: {
            /** @description The current resource; a repeat carries `Idempotent-Replayed: true` */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Final: created, also when declined */
            readonly 201: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Still running or not known yet: poll after `poll_after_ms` */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly readDccEvidence: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["DccEvidenceResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly readDccEvidencePdf: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The file */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/pdf": string;
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly getReceipt: {
        readonly parameters: {
            readonly query?: {
                /** @description お客様控え, 加盟店控え, カード会社控え */
                readonly copy?: "customer" | "merchant" | "issuer";
                /** @description Left out: the language of `Accept-Language` */
                readonly lang?: "ja" | "en" | "zh-Hans" | "zh-Hant" | "ko";
                /** @description Width of the paper, millimetres */
                readonly width?: "58" | "80";
                /** @description The slip of this refund */
                readonly refund?: string;
                /** @description Show this print once more (1 is the original) and count none; left out: a new print, 再発行 from the second on */
                readonly print?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ReceiptResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly getReceiptPdf: {
        readonly parameters: {
            readonly query?: {
                /** @description お客様控え, 加盟店控え, カード会社控え */
                readonly copy?: "customer" | "merchant" | "issuer";
                /** @description Left out: the language of `Accept-Language` */
                readonly lang?: "ja" | "en" | "zh-Hans" | "zh-Hant" | "ko";
                /** @description Width of the paper, millimetres */
                readonly width?: "58" | "80";
                /** @description The slip of this refund */
                readonly refund?: string;
                /** @description Show this print once more (1 is the original) and count none; left out: a new print, 再発行 from the second on */
                readonly print?: number;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The file */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/pdf": string;
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly quotePaymentPlans: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["QuotePlansRequest"];
            };
        };
        readonly responses: {
            /** @description The legal plans; one time is always among them */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PlanQuoteResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly getAttempt: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly client_reference: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AttemptAnswerResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly ensureCancelled: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly client_reference: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Still running or not known yet: poll after `poll_after_ms` */
            readonly 202: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AttemptAnswerResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly readTerminalCapabilities: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["CapabilitiesResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
    readonly listOpenPayments: {
        readonly parameters: {
            readonly query?: {
                readonly limit?: number;
                /** @description next_cursor or prev_cursor of an earlier page */
                readonly cursor?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The resource */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["PaymentListResponse"];
                };
            };
            /** @description Refused */
            readonly default: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/problem+json": components["schemas"]["ProblemResponse"];
                };
            };
        };
    };
}
