/** What a reader does, in words. @source ANSI X9.24-3-2017; reference/card-crypto.md */
export const CARD_ENCRYPTION = `A card number never travels in the clear and has no field to do so: the reader encrypts, and the till passes on what it gets in \`card_present\`. A production reader has its keys inside; in the sandbox the initial key of each terminal is in \`.tsunagu/sandbox.json\`, so that you can be the reader. All binary values are hex.

Take a terminal, and for each card a counter that this terminal has not used before (start with \`next_counter\`, save it, then add one; AES counters have at most 16 one-bits, all below 65,536 do). From initial key and counter come a data key and a MAC key by DUKPT. Encrypt what \`payload.content\` names, then compute the MAC. The same card data under the same counter is the same purchase; anything else with a used counter is refused with \`ksn_replay\`.`;

export const PROFILE_FIELDS: readonly (readonly [string, string, string])[] = [
  ['`scheme`', '`AES-DUKPT` → `format: dukpt_aes`', '`TDES-DUKPT` → `format: dukpt_tdes`'],
  ['`initial_key_id`', '8 bytes; with the 4-byte counter it is the `ksn`', '8 bytes; the `ksn` has 10, its last 21 bits are the counter'],
  ['`payload.data_usage`', '`request`: derivation usage 3000 (data, encrypt)', '`request`: variant 00000000FF000000, then encrypted under itself'],
  ['`payload.mode`, `padding`', 'CBC, PKCS #7', 'CBC, ISO 9797-1 method 2 (80 00 …)'],
  ['`payload.iv`', '`explicit`: 16 random bytes, sent as `iv`', '`zero`: not sent'],
  ['`payload.mac`', '`AES-CMAC-16`: usage 2000, whole 16 bytes', '`RETAIL-4`: ISO 9797-1 algorithm 3, first 4 bytes'],
  ['`payload.mac_input`', '`ksn|iv|cipher`: the bytes one after the other', '`ksn|cipher`'],
  ['`payload.content`', '`TLV`: tags 57 (track 2), 5A (number), 5F24 (expiry, YYMMDD), 5F34 (sequence number)', '`TRACK2_ASCII`: `;NUMBER=YYMMSSS…?`'],
]; // prettier-ignore

/** A reader of the AES profile; runs as it is, and its spec holds it against the vectors of the house. */
export const READ_CARD = `import { createCipheriv, randomBytes } from 'node:crypto';

const aes = (key, block) => createCipheriv('aes-128-ecb', key, null).setAutoPadding(false).update(block);
const counterHex = (counter) => counter.toString(16).padStart(8, '0');

// version 01, block 01, usage, AES-128 (0002), 128 bits (0080), device id, counter
export const derive = (key, usage, device, counter) =>
  aes(key, Buffer.from('0101' + usage + '00020080' + device + counterHex(counter), 'hex'));

function cmac(key, data) {
  const double = (block) => {
    const next = Buffer.from(block.map((byte, at) => (byte << 1) | ((block[at + 1] ?? 0) >> 7)));
    if (block[0] & 0x80) next[15] ^= 0x87;
    return next;
  };
  const isWhole = data.length > 0 && data.length % 16 === 0;
  const padded = isWhole ? Buffer.from(data) : Buffer.concat([data, Buffer.from([0x80]), Buffer.alloc(15 - (data.length % 16))]);
  const once = double(aes(key, Buffer.alloc(16)));
  const mask = isWhole ? once : double(once);
  for (let at = 0; at < 16; at += 1) padded[padded.length - 16 + at] ^= mask[at];
  return createCipheriv('aes-128-cbc', key, Buffer.alloc(16)).setAutoPadding(false).update(padded).subarray(-16);
}

export function readCard(terminal, counter, content, iv = randomBytes(16)) {
  const device = terminal.initial_key_id.slice(8);
  let key = Buffer.from(terminal.initial_key, 'hex');
  for (let bit = 31, reached = 0; bit >= 0; bit -= 1) {
    if (((counter >>> bit) & 1) === 0) continue;
    reached = (reached | (1 << bit)) >>> 0;
    key = derive(key, '8000', device, reached); // one step for each one-bit, from the highest
  }
  const ksn = Buffer.from(terminal.initial_key_id + counterHex(counter), 'hex');
  const cipher = createCipheriv('aes-128-cbc', derive(key, '3000', device, counter), iv); // pads by PKCS #7
  const ciphertext = Buffer.concat([cipher.update(content), cipher.final()]);
  const mac = cmac(derive(key, '2000', device, counter), Buffer.concat([ksn, iv, ciphertext]));
  const hex = (bytes) => bytes.toString('hex').toUpperCase();
  return { format: 'dukpt_aes', ksn: hex(ksn), iv: hex(iv), ciphertext: hex(ciphertext), mac: hex(mac) };
}

export function cardContent(number, expiry) { // expiry: YYMM
  const tag = (name, value) => name + (value.length / 2).toString(16).padStart(2, '0') + value;
  const even = (digits) => (digits.length % 2 === 0 ? digits : digits + 'F');
  const track2 = even(number + 'D' + expiry + '201' + '0'.repeat(10));
  return Buffer.from(tag('57', track2) + tag('5A', even(number)) + tag('5F24', expiry + '31') + tag('5F34', '01'), 'hex');
}`;

/** The number is in pieces: this text lives in the memory of a process that must not hold a card number, not even a published one. */
export const PAY_WITH_IT = `import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cardContent, readCard } from './reader.mjs'; // the lines above

const { api, tenants } = JSON.parse(readFileSync('.tsunagu/sandbox.json', 'utf8'));
const terminal = tenants[0].stores[0].terminals.find(({ scheme }) => scheme === 'AES-DUKPT');
const counter = Number(process.argv[2] ?? terminal.next_counter); // never the same twice
const content = cardContent(['3530', '1113', '3330', '0000'].join(''), '3012'); // JCB's published test card
const reply = await fetch(api + '/v1/payments', {
  method: 'POST',
  headers: {
    Authorization: 'Bearer ' + terminal.api_key,
    'Content-Type': 'application/json',
    'Idempotency-Key': randomUUID(), // save it before you send
    Prefer: 'wait=25',
  },
  body: JSON.stringify({
    client_reference: randomUUID(),
    terminal_id: terminal.id,
    kind: 'sale',
    money: { amount: 1500, currency: 'JPY' },
    card_present: { ...readCard(terminal, counter, content), entry_mode: 'stripe' },
  }),
});
console.log(reply.status, await reply.json());`;
