import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const RECORDER_IDENTITY = { accessKeyId: 'AKIDRECORDER', secretAccessKey: 'recorder-secret' };
export const RECORDER_REGION = 'ap-northeast-1';

/** A call that came in with a right signature. */
export interface RecordedCall {
  readonly service: string;
  readonly path: string;
  /** Name after the dot of `x-amz-target`; empty at the data plane. */
  readonly operation: string;
  readonly body: Record<string, unknown>;
}

/** What a test lets the service answer; an error is named as the service names it. */
export type RecorderAnswer = { status?: number; body?: object; error?: string; isCut?: boolean };
export type RecorderHandler = (call: RecordedCall) => Promise<RecorderAnswer>;

/**
 * Stand-in of the AWS endpoints on the loopback: recomputes the signature of every request by itself, refuses a wrong one,
 * opens KMS data keys that it made, and leaves the rest to the handler of the test.
 */
export class AwsRecorder {
  readonly calls: RecordedCall[] = [];
  readonly refused: string[] = [];
  handler: RecorderHandler = async () => ({ error: 'ResourceNotFoundException' });
  readonly #dataKeys = new Map<string, { plain: Buffer; context: string }>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<AwsRecorder> {
    const server = createServer();
    const recorder = new AwsRecorder(server);
    server.on('request', (request, response) => {
      void recorder.#answer(request).then(({ status, body = {}, error, isCut = false }) => {
        if (isCut) return response.destroy();
        const headers = {
          'content-type': 'application/json',
          ...(error === undefined ? {} : { 'x-amzn-errortype': error }),
        };
        response.writeHead(status ?? (error === undefined ? 200 : 400), headers);
        return response.end(JSON.stringify(error === undefined ? body : { __type: error }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return recorder;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<RecorderAnswer> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const service = signedService(request, body);
    if (service === undefined) {
      this.refused.push(request.url ?? '');
      return { status: 403, error: 'InvalidSignatureException' };
    }
    const operation = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    const call = {
      service,
      operation,
      path: request.url ?? '',
      body: JSON.parse(body.toString()) as RecordedCall['body'],
    };
    this.calls.push(call);
    return service === 'kms' ? this.#kms(call) : this.handler(call);
  }

  #kms({ operation, body }: RecordedCall): RecorderAnswer {
    const context = JSON.stringify(body['EncryptionContext']);
    if (operation === 'GenerateDataKey') {
      const [plain, blob] = [randomBytes(Number(body['NumberOfBytes'])), randomBytes(64).toString('base64')];
      this.#dataKeys.set(blob, { plain, context });
      return { body: { CiphertextBlob: blob, Plaintext: plain.toString('base64'), KeyId: body['KeyId'] } };
    }
    const known = this.#dataKeys.get(String(body['CiphertextBlob']));
    if (known?.context !== context) return { error: 'InvalidCiphertextException' };
    return { body: { Plaintext: known.plain.toString('base64'), KeyId: body['KeyId'] } };
  }
}

/**
 * Service that a request was rightly signed for, undefined when the signature is wrong.
 * @source AWS Signature Version 4: canonical request, string to sign, signing key
 */
function signedService(request: IncomingMessage, body: Buffer): string | undefined {
  const header =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
  const [, id, day, region, service, names, signature] = header.exec(request.headers.authorization ?? '') ?? [];
  const date = request.headers['x-amz-date'];
  if (names === undefined || signature === undefined || typeof date !== 'string') return undefined;
  if (id !== RECORDER_IDENTITY.accessKeyId || region !== RECORDER_REGION || !date.startsWith(day!)) return undefined;
  if (!['host', 'x-amz-date'].every((name) => names.split(';').includes(name))) return undefined;
  const path = (request.url ?? '').split('?')[0]!;
  const canonicalPath = path.split('/').map(encodeURIComponent).join('/');
  const headers = names
    .split(';')
    .map((name) => `${name}:${String(request.headers[name]).trim().replace(/ +/g, ' ')}\n`);
  const canonical = ['POST', canonicalPath, '', headers.join(''), names, sha256(body)].join('\n');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const text = ['AWS4-HMAC-SHA256', date, scope, sha256(Buffer.from(canonical))].join('\n');
  const key = [day!, region, service!, 'aws4_request'].reduce(
    (from, part) => createHmac('sha256', from).update(part).digest(),
    Buffer.from(`AWS4${RECORDER_IDENTITY.secretAccessKey}`),
  );
  const right = createHmac('sha256', key).update(text).digest();
  return timingSafeEqual(right, Buffer.from(signature, 'hex')) ? service : undefined;
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
