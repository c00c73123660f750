import { CARD_ENCRYPTION, PAY_WITH_IT, PROFILE_FIELDS, READ_CARD } from './card-encryption.js';
import { escapeHtml, prose } from './html.js';

/** A section of the guide: what a developer reads once, before the reference. */
interface Chapter {
  readonly id: string;
  readonly title: string;
  readonly html: string;
}

const AUTHENTICATE = `Send an API key with every request. A key belongs to a tenant, to one store or to one terminal; it sees what belongs to that part and nothing else, and the rest answers 404 as if it did not exist. Never put a key into a URL, an app or a repository.

In the sandbox \`npm start\` writes keys of every kind to \`.tsunagu/sandbox.json\`: \`tenants[].api_key\` for a head office, \`tenants[].stores[].terminals[].api_key\` for a till.`;

const AUTHENTICATE_EXAMPLE = `export API=http://127.0.0.1:4000
export API_KEY=$(node -p "require('./.tsunagu/sandbox.json').tenants[0].api_key")
curl "$API/v1/payments?limit=3" -H "Authorization: Bearer $API_KEY"`;

const IDEMPOTENCY = `Whatever moves money carries an \`Idempotency-Key\`. One key is one purchase (or one cancel, one refund): create it, save it on the device, then send, and use the same key for every retry of that purchase, also after a restart. A new key is a new purchase. Keys are remembered for 30 days; \`client_reference\` protects a purchase for ever.`;

const IDEMPOTENCY_ANSWERS: readonly (readonly [string, string])[] = [
  ['The first time', '`201` final, or `202` still running'],
  ['Same key, same content', '`200` or `202` with the state as it is now, and `Idempotent-Replayed: true`'],
  ['Same key while the first is being accepted', '`409` `idempotency_in_progress`: wait a second, same key'],
  ['Same key, other content or route', '`422` `idempotency_key_reused`'],
  ['New key, same `client_reference`, same content', '`200` with the existing payment'],
  ['New key, same `client_reference`, other content', '`409` `client_reference_exists`'],
  ['After `400`, `401`, `403` or `429`', 'Nothing was kept: correct it and use the same key'],
  ['After `5xx`, or no answer at all', 'Same key: the work goes on where it was'],
  ['The till has lost everything but the reference', '`GET /v1/attempts/{client_reference}`, then `ensure-cancelled` to give it up'],
]; // prettier-ignore

const ANSWERS = `Show the clerk \`cashier_state\` as it is: it has a sentence for every state, in five languages under \`messages\`, and says "not charged" only when that is proved. Branch on \`status\`, \`customer_charged\`, \`allowed_actions\` and, of a decline, on \`class\` and \`act\`: raw codes are kept in \`decline.raw\` for your statistics, and several mean the same. Show the customer \`decline.customer_messages\` in the language of the customer; it gives nothing away.`;

/** @source payment-features.md §11 */
const CLASSES: readonly (readonly [string, string])[] = [
  ['`funds` or limit', '`use_other_card` or another method'],
  ['`card`', '`use_other_card`; the same card is never tried again'],
  ['`verification`: PIN or security code', '`enter_again`, or `use_other_card` when it is blocked'],
  ['`data` sent', '`enter_again`, or `our_fault`'],
  ['`system` away or closed', '`retry_later`'],
  ['`refused` without a reason, or by a code that nobody knows', '`use_other_card`, or `call_issuer`'],
  ['`terminal`', '`enter_again`: show the card again'],
];

const RECEIPTS = `A slip of every payment and refund: \`GET /v1/payments/{id}/receipt?copy=customer&lang=ko&width=58\`. \`lines\` are for a till that draws by itself, \`text\` for a printer of fixed pitch (32 columns at 58 mm, 48 at 80 mm), \`pdf_url\` is the same print as a file. The first print of a copy is the original, the next ones say 再発行; ask with \`print=1\` when the answer was lost. While the outcome is open the slip says 処理未了.`;

const MAGIC = `In the sandbox the last three digits of an amount decide what the simulated issuer does, with every card and every currency. An amount without a meaning is approved. The fault panel of the simulator (its address is printed by \`npm start\`) breaks the line itself.`;

/** @source api-conventions.md §11; as far as the simulator answers it */
const MAGIC_AMOUNTS: readonly (readonly [string, string, string])[] = [
  ['000–099', '承認 · Approved', '`captured`, or `authorized`'],
  ['100', '取扱不可 · Do not honour', '`declined`, network code 100'],
  ['101', '有効期限切れ · Expired card', '`declined`, 101'],
  ['106 / 117', '暗証番号の回数超過 / 誤り · PIN tries exceeded / wrong PIN', '`declined`, 106 or 117'],
  ['107', '要電話照会 · Refer to the issuer', '`declined`, 107'],
  ['111 / 118', 'カード番号誤り / 記録なし · Invalid number / no card record', '`declined`, 111 or 118'],
  ['116', '残高不足 · Insufficient funds', '`declined`, 116'],
  ['119 / 120', '会員 / 端末に不許可 · Not permitted to cardholder / terminal', '`declined`, 119 or 120'],
  ['121', '限度額超過 · Exceeds the limit', '`declined`, 121'],
  ['125', 'カード未発効 · Card not effective', '`declined`, 125'],
  ['200–210', 'カード回収（208 紛失、209 盗難） · Pick up; 208 lost, 209 stolen', '`declined`; the cashier reads a general decline'],
  ['other 2xx', 'カード回収 · Pick up', '`declined`, 200'],
  ['802 / 804', '無効な取引 / 形式誤り · Invalid transaction / format error', '`declined`, 902 or 904'],
  ['807 / 811 / 812', 'カード会社停止 / 時間切れ / 不通 · Issuer inoperative / timed out / unavailable', '`declined`, 907, 911 or 912'],
  ['809 / 813', 'システム障害 / 二重送信 · System malfunction / duplicate', '`declined`, 909 or 913'],
  ['901', '5 秒後に承認 · Approved after 5 s', '`processing`, then `captured`'],
  ['902', '応答消失 · The answer is lost', '`unknown`, then `declined` with `reversed`'],
  ['903', '時間切れ後の承認 · The approval comes too late', '`unknown`, then `declined` with `reversed`'],
  ['904', '二重応答 · The answer comes twice', '`captured`, once'],
  ['905', '障害取消を三度送る · The reversal needs repeats', '`unknown` for longer, then `declined` with `reversed`'],
  ['906', '半額承認 · Half is approved', '`captured`; `captured.amount` is half of `money.amount`, the rest must be paid in another way'],
  ['907 / 908', '署名 / 暗証番号の要求 · Signature / online PIN required', '`captured` with a signature line; `requires_action` until a PIN comes'],
  ['910', '送信前の切断 · The line breaks', '`unknown`, then `declined` with `reversed`'],
  ['911 / 912', '途切れた / 壊れた応答 · A cut answer / garbage', '`unknown`, then `declined` with `reversed`'],
  ['915', '通貨の提示が直ちに期限切れ · The first offer of a currency is over at once', '`requires_action` until `local` is chosen, or another offer'],
  ['916', 'Webhook を 60 秒遅らせる · Webhooks come 60 s late', '`captured`; its webhooks are sent a minute later'],
  ['742,001 to 742,099', '国内エラーコード G01–G99（JCB・国内カード会社） · Codes of Japanese card terminals', '`declined`; 742,055 has G55 in `decline.raw`. 742,120 has C20, 742,100 characters that are no code'],
]; // prettier-ignore

const TEST_DESK = `No reader at hand: \`POST /v1/test/terminals/{id}/present_card\` shows a test card to a virtual reader and answers \`terminal_id\`, \`money\` and \`card_present\`: add \`client_reference\` and \`kind\`, and send it to \`POST /v1/payments\`. When the payment waits for a PIN, \`enter_pin\` answers the body of \`continue\`. \`GET /v1/test/cards\` lists the cards by name.

\`POST /v1/test/issuer/faults\` breaks a simulated issuer for the next \`count\` messages. \`POST /v1/test/events/trigger\` sends an event of your choice to your webhook endpoint, with \`data.test: true\`. \`POST /v1/test/clocks\` and \`advance\` let the time of your open payments pass: required actions and authorizations expire, and nothing else is driven.

All of it needs \`sandbox:write\`, which keys of the sandbox have, and answers 404 where money is real.`;

const TEST_DESK_EXAMPLE = `TERMINAL=$(node -p "require('./.tsunagu/sandbox.json').tenants[0].stores.at(-1).terminals[0].id")
CARD=$(curl -sS "$API/v1/test/terminals/$TERMINAL/present_card" -H "Authorization: Bearer $API_KEY" \\
  -H 'Content-Type: application/json' -d '{"card":"unionpay_pin","money":{"amount":1500,"currency":"JPY"}}')
curl -sS "$API/v1/payments" -H "Authorization: Bearer $API_KEY" -H 'Content-Type: application/json' \\
  -H 'Prefer: wait=25' -H "Idempotency-Key: demo-$(date +%s)" \\
  -d '{"client_reference":"order-'"$(date +%s)"'","kind":"sale",'"\${CARD#?}"`;

const WEBHOOKS = `Set the address once with \`POST /v1/webhook-endpoints\` and keep the \`secret\` of its answer. Every change of a payment is then sent to it: at least once, in any order. Drop what you have seen (\`webhook-id\`), ignore a lower \`sequence\` of the same payment, and answer 2xx within 15 seconds before you start to work. Anything else is tried again for three days (in the sandbox, an hour); \`GET /v1/events\` has the last 30 days.

Try it with \`POST /v1/webhook-endpoints/{id}/test\` and read what your receiver answered in \`GET /v1/webhook-endpoints/{id}/deliveries\`; \`resend\` and \`replay\` send again. \`rotate-secret\` makes a new secret: for 24 hours both sign.

Verify before you believe. The signature is that of Standard Webhooks, so any library of that name does it, or these lines do:`;

/** Runs as it is; its spec runs it. */
export const VERIFY_WEBHOOK = `import { createHmac, timingSafeEqual } from 'node:crypto';

export function verifyWebhook(secret, headers, rawBody) { // rawBody: the text as it came, not parsed and written again
  const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signatures = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(at)) <= 300)) throw new Error('older than five minutes, or from the future');
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const ours = createHmac('sha256', key).update(\`\${id}.\${at}.\${rawBody}\`).digest();
  const theirs = signatures.split(' ').map((each) => Buffer.from(each.replace(/^v1,/, ''), 'base64'));
  if (!theirs.some((each) => each.length === ours.length && timingSafeEqual(each, ours))) throw new Error('not ours');
  return JSON.parse(rawBody);
}`;

const code = (text: string): string => `<pre><code>${escapeHtml(text)}</code></pre>`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]) => row.map((cell) => `<td>${prose(cell)}</td>`).join('');
  const titles = head.map((title) => `<th>${escapeHtml(title)}</th>`).join('');
  return `<table><tr>${titles}</tr>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</table>`;
}

/** What stands before the reference. */
export const CHAPTERS: readonly Chapter[] = [
  { id: 'authentication', title: '認証 · Authentication', html: prose(AUTHENTICATE) + code(AUTHENTICATE_EXAMPLE) },
  {
    id: 'card-encryption',
    title: 'カードの暗号化 · Encrypting a card',
    html:
      prose(CARD_ENCRYPTION) +
      table(['In sandbox.json', 'AES profile', 'TDES profile'], PROFILE_FIELDS) +
      prose('A reader of the AES profile in Node, `reader.mjs`:') +
      code(READ_CARD) +
      prose('And a payment with it: `node pay.mjs 1`, then `2`, `3` …') +
      code(PAY_WITH_IT),
  },
  {
    id: 'idempotency',
    title: '冪等性 · Retrying safely',
    html: prose(IDEMPOTENCY) + table(['Situation', 'Answer'], IDEMPOTENCY_ANSWERS),
  },
  {
    id: 'answers',
    title: '画面の言葉 · What to show, and what to do',
    html: prose(ANSWERS) + table(['Class', 'Act'], CLASSES),
  },
  { id: 'receipts', title: '控え · Receipts', html: prose(RECEIPTS) },
  {
    id: 'magic-amounts',
    title: 'テスト金額 · Magic amounts of the sandbox',
    html: prose(MAGIC) + table(['Ends with', 'The issuer', 'The payment'], MAGIC_AMOUNTS),
  },
  {
    id: 'test-desk',
    title: 'テストデスク · Test desk of the sandbox',
    html: prose(TEST_DESK) + code(TEST_DESK_EXAMPLE),
  },
  { id: 'verify-webhooks', title: 'Webhook の検証 · Verifying webhooks', html: prose(WEBHOOKS) + code(VERIFY_WEBHOOK) },
];
