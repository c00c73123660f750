import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { openApiDocument } from './docs/openapi-document.js';
import { PublishedDocument } from './docs/published-document.js';
import { configureHttp } from './http/configure-http.js';

/** Everything between a made application and a listening one; the same in production and in tests. */
export function configureApi(app: NestFastifyApplication): void {
  configureHttp(app);
  app.get(PublishedDocument).from(() => openApiDocument(app));
}
