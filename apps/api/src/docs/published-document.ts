import { Injectable } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { invariant } from '@tsunagu/kernel';

/** The OpenAPI document as served; made at the first request, because few processes are ever asked. */
@Injectable()
export class PublishedDocument {
  #source: (() => OpenAPIObject) | undefined;
  #document: OpenAPIObject | undefined;

  /** Where the document comes from: known only when the application exists. */
  from(source: () => OpenAPIObject): void {
    this.#source = source;
    this.#document = undefined;
  }

  get(): OpenAPIObject {
    invariant(this.#source !== undefined, 'the application has published its document');
    this.#document ??= this.#source();
    return this.#document;
  }
}
