import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { addExamples } from './reply-examples.js';
import { API_VERSION } from '../http/configure-http.js';

const ABOUT = `Payments for tills and head offices in Japan.

* Authenticate with \`Authorization: Bearer tsk_…\`; a key belongs to a tenant, a store or a terminal.
* Amounts are integers in minor units: JPY 1,500 is 1500.
* Requests that move money carry an \`Idempotency-Key\`: one key per purchase, saved before sending, used again for every retry.
* A decline is an answer (201), not an error. \`unknown\` is an answer, too: \`customer_charged\` says whether the customer pays.
* Errors are problem details (RFC 9457); branch on \`code\`.`;

/** OpenAPI 3.1 of every public route, from the code. The same text on every machine: nothing of the environment is in it. */
export function openApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Tsunagu API')
    .setDescription(ABOUT)
    .setVersion(API_VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'API key of a tenant, store or terminal' })
    .addTag('payments', '支払い · Payments, captures, cancels, refunds')
    .addTag('attempts', '取引の状態 · Resume and give up safely')
    .addTag('terminals', '端末 · Terminals')
    .addTag('tokens', 'トークン · Card tokens and their trail')
    .addTag('token-files', 'カードの一括登録・出力 · Imports and exports of cards')
    .addTag('events', 'イベント · Events of the last 30 days')
    .addTag('webhooks', 'Webhook · Where events are sent')
    .addTag('api-keys', 'API キー · Keys: make, replace, revoke')
    .addTag('audit-events', '監査記録 · Who changed what')
    .addServer('/')
    .build();
  return addExamples(SwaggerModule.createDocument(app, config));
}
