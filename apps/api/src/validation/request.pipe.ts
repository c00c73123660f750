import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { FIELD_TEXTS, type FieldCode, type FieldError } from '../problem/field-texts.js';
import { fieldsError } from '../problem/request-error.js';

/** Bodies and queries become instances of their request class, or one error that names every wrong field. */
export function requestPipe(): ValidationPipe {
  return new ValidationPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: false,
    validationError: { target: false, value: false },
    exceptionFactory: (errors) => fieldsError(errors.flatMap((error) => fieldErrors(error, ''))),
  });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const pointer = `${parent}/${error.property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  // A value of the wrong type has no meaningful children: class-validator would report its own text for them.
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => codeOf(rule, message));
  const children = (error.children ?? []).flatMap((child) => fieldErrors(child, pointer));
  const [first = children.length === 0 ? ('invalid_format' as const) : undefined] = own.filter(
    (code) => code !== undefined,
  );
  return first === undefined ? children : [{ pointer, code: first }];
}

function codeOf(rule: string, message: string): FieldCode | undefined {
  if (rule === 'whitelistValidation') return 'unknown';
  return Object.hasOwn(FIELD_TEXTS, message) ? (message as FieldCode) : undefined;
}
