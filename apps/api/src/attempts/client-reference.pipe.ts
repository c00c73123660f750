import type { PipeTransform } from '@nestjs/common';
import { CLIENT_REFERENCE } from '../payments/create-payment.request.js';
import { RequestError } from '../problem/request-error.js';

/** A reference that no payment can have reads as absent. @throws RequestError `resource_missing` */
export class ClientReferencePipe implements PipeTransform<string, string> {
  transform(reference: string): string {
    if (reference.length > 64 || !CLIENT_REFERENCE.test(reference)) throw new RequestError('resource_missing');
    return reference;
  }
}
