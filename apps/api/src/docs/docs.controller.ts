import { Controller, Get, Header, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { PublicRoute } from '../access/permission.decorator.js';
import { isProblemCode } from '../problem/problem-catalogue.js';
import { RequestError } from '../problem/request-error.js';
import { docsPage } from './docs-page.js';
import { errorPage } from './error-page.js';
import { STYLE } from './html.js';
import { PublishedDocument } from './published-document.js';

const HTML = 'text/html; charset=utf-8';
/** No script at all, style from here only. */
const POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The documentation: made from the code, served without anything from elsewhere. */
@ApiExcludeController()
@Controller()
export class DocsController {
  constructor(private readonly published: PublishedDocument) {}

  @Get('openapi.json')
  @PublicRoute('the contract is public')
  document(@Res({ passthrough: true }) reply: FastifyReply): unknown {
    void reply.type('application/json; charset=utf-8');
    return this.published.get();
  }

  @Get('docs')
  @PublicRoute('the reference is public')
  @Header('Content-Type', HTML)
  @Header('Content-Security-Policy', POLICY)
  page(): string {
    return docsPage(this.published.get());
  }

  @Get('docs/style.css')
  @PublicRoute('the style of the reference')
  @Header('Content-Type', 'text/css; charset=utf-8')
  style(): string {
    return STYLE;
  }

  @Get('docs/errors/:code')
  @PublicRoute('the type of every problem leads here')
  @Header('Content-Type', HTML)
  @Header('Content-Security-Policy', POLICY)
  error(@Param('code') code: string): string {
    if (!isProblemCode(code)) throw new RequestError('resource_missing');
    return errorPage(code);
  }
}
