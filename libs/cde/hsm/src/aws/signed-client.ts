import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { HsmError } from '../provider/hsm-error.js';

/** Keys of the account, or what fetches them. */
export type AwsCredentials = ConstructorParameters<typeof SignatureV4>[0]['credentials'];

/** Where the calls go. */
export interface SignedClientOptions {
  readonly endpoint: URL;
  readonly region: string;
  readonly credentials: AwsCredentials;
  /** One call may take this long. */
  readonly timeoutMs: number;
}

/** An answer that is a refusal: the name of the service's exception. */
export class ServiceRefusal extends Error {
  constructor(
    readonly kind: string,
    readonly status: number,
  ) {
    super(kind); // never the body: a validation text may repeat what was sent
  }
}

/** SHA-256 and its HMAC for the signer. */
class Sha256 {
  #hash: Hash | Hmac;

  constructor(private readonly secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = this.#fresh();
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#fresh();
  }

  #fresh(): Hash | Hmac {
    const { secret } = this;
    if (secret === undefined) return createHash('sha256');
    if (typeof secret === 'string') return createHmac('sha256', secret);
    return createHmac(
      'sha256',
      'buffer' in secret ? Buffer.from(secret.buffer, secret.byteOffset, secret.byteLength) : Buffer.from(secret),
    );
  }
}

/** Sends JSON to a service of AWS, signed with Signature Version 4. Nothing is sent twice. */
export class SignedClient {
  readonly #signer: SignatureV4;

  constructor(
    service: string,
    private readonly options: SignedClientOptions,
  ) {
    const { region, credentials } = options;
    this.#signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  }

  /**
   * One call.
   * @param headers beyond host and content type; an `x-amz-target` for services that take one
   * @throws ServiceRefusal the service said no; HsmError `unavailable` no answer, throttling or a fault of the service
   */
  async post(path: string, body: object, headers: Record<string, string> = {}): Promise<Record<string, unknown>> {
    const { endpoint } = this.options;
    const text = JSON.stringify(body);
    const signed = await this.#signer.sign({
      method: 'POST',
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      ...(endpoint.port === '' ? {} : { port: Number(endpoint.port) }),
      path,
      headers: { host: endpoint.host, 'content-type': 'application/json', ...headers },
      body: text,
    });
    const answer = await this.#send(path, signed.headers, text);
    const content = readJson(await answer.text());
    if (answer.ok) return content;
    const named = answer.headers.get('x-amzn-errortype') ?? content['__type'];
    const kind = refusalOf(typeof named === 'string' ? named : '');
    if (answer.status >= 500 || answer.status === 429 || /Throttling|Quota/.test(kind)) throw unavailable(kind);
    throw new ServiceRefusal(kind, answer.status);
  }

  async #send(path: string, headers: Record<string, string>, body: string): Promise<Response> {
    try {
      return await fetch(new URL(path, this.options.endpoint), {
        method: 'POST',
        headers,
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(this.options.timeoutMs),
      });
    } catch {
      // names a host at best, and holds nothing that a caller could act on
      throw unavailable('no_answer');
    }
  }
}

/** `VerificationFailedException:http://…` or `com.amazonaws…#VerificationFailedException` */
function refusalOf(text: string): string {
  return /([A-Za-z]+)(?::.*)?$/.exec(text.split('#').at(-1) ?? '')?.[1] ?? 'unknown';
}

function readJson(text: string): Record<string, unknown> {
  try {
    return (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>;
  } catch {
    throw unavailable('no_json'); // a proxy answered, not the service
  }
}

function unavailable(detail: string): HsmError {
  return new HsmError('unavailable', 'the HSM service gave no answer', { detail });
}
