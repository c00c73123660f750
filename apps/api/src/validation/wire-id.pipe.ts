import type { PipeTransform } from '@nestjs/common';
import { fromWireId } from '@tsunagu/kernel';
import { RequestError } from '../problem/request-error.js';

/** A path id becomes a row id. A malformed one, a foreign one and an absent one read the same. @throws RequestError `resource_missing` */
export class WireIdPipe implements PipeTransform<string, string> {
  constructor(private readonly prefix: string) {}

  transform(wireId: string): string {
    const id = fromWireId(this.prefix, wireId);
    if (id === undefined) throw new RequestError('resource_missing');
    return id;
  }
}
