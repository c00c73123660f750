import 'reflect-metadata';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { Module, type InjectionToken } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { declineCodesPage } from '@tsunagu/payments';
import { CONTROLLERS } from './api-routes.module.js';
import { errorMarkdown } from './docs/error-page.js';
import { openApiDocument } from './docs/openapi-document.js';
import { PROBLEMS, type ProblemCode } from './problem/problem-catalogue.js';

/** Stand-ins for whatever the controllers ask for: in preview mode nothing is instantiated, so no database is needed. */
const STAND_INS = CONTROLLERS.flatMap((controller) => {
  const tokens = (Reflect.getMetadata('design:paramtypes', controller) ?? []) as InjectionToken[];
  return tokens.map((provide) => ({ provide, useValue: {} }));
});

/** Routes without their services. */
@Module({ controllers: CONTROLLERS, providers: STAND_INS })
class RoutesOnlyModule {}

/** Write `docs/openapi.json`, the page of decline codes and one page per error code below `folder`; the same bytes on every machine. */
async function generate(folder: string): Promise<void> {
  const app = await NestFactory.create(RoutesOnlyModule, new FastifyAdapter(), {
    preview: true,
    logger: false,
    abortOnError: false,
  });
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/openapi.json`, `${JSON.stringify(openApiDocument(app), null, 2)}\n`);
  await writeFile(`${folder}/decline-codes.md`, declineCodesPage());
  await rm(`${folder}/errors`, { recursive: true, force: true });
  await mkdir(`${folder}/errors`);
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  await Promise.all(codes.map((code) => writeFile(`${folder}/errors/${code}.md`, errorMarkdown(code))));
}

await generate(process.argv[2] ?? 'docs');
