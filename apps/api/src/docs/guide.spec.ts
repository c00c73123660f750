import { describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { VERIFY_WEBHOOK } from './guide.js';

type Verify = (secret: string, headers: Record<string, string>, rawBody: string) => unknown;

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const BODY = '{"id":"evt_1","data":{"object":{"status":"captured"}}}';

function signed(at: Date): Record<string, string> {
  return {
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(SECRET).sign('evt_1', at, BODY),
  };
}

describe('the lines of the guide that verify a webhook', async () => {
  const url = `data:text/javascript,${encodeURIComponent(VERIFY_WEBHOOK)}`;
  const { verifyWebhook } = (await import(/* @vite-ignore */ url)) as { verifyWebhook: Verify };

  it('accept what a library of the standard signed, also among signatures of other keys', () => {
    const headers = signed(new Date());
    expect(verifyWebhook(SECRET, headers, BODY)).toEqual(JSON.parse(BODY));
    const rotated = `v1,${Buffer.alloc(32).toString('base64')} ${headers['webhook-signature']}`;
    expect(verifyWebhook(SECRET, { ...headers, 'webhook-signature': rotated }, BODY)).toEqual(JSON.parse(BODY));
  });

  it('refuse another body, another secret, another id, an old one, and one without a signature', () => {
    const headers = signed(new Date());
    const other = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    const { 'webhook-signature': _signature, ...bare } = headers;
    expect(() => verifyWebhook(SECRET, headers, `${BODY} `)).toThrow('not ours');
    expect(() => verifyWebhook(other, headers, BODY)).toThrow('not ours');
    expect(() => verifyWebhook(SECRET, { ...headers, 'webhook-id': 'evt_2' }, BODY)).toThrow('not ours');
    expect(() => verifyWebhook(SECRET, bare, BODY)).toThrow('not ours');
    expect(() => verifyWebhook(SECRET, signed(new Date(Date.now() - 600_000)), BODY)).toThrow('five minutes');
    expect(() => verifyWebhook(SECRET, {}, BODY)).toThrow('five minutes');
  });
});
