import { applyDecorators, type Type } from '@nestjs/common';
import { ApiBearerAuth, ApiExtraModels, ApiHeader, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { PROBLEMS, type ProblemCode } from '../problem/problem-catalogue.js';
import { ProblemResponse } from '../problem/problem.response.js';

const COMMON: readonly ProblemCode[] = [
  'authentication_required',
  'api_key_invalid',
  'api_key_expired',
  'permission_denied',
  'ip_not_allowed',
  'concurrency_exceeded',
  'version_unknown',
  'not_acceptable',
  'url_too_long',
  'quota_exceeded',
  'internal_error',
  'temporary_reduced_capacity',
  'timeout',
];
const WITH_BODY: readonly ProblemCode[] = [
  'invalid_json',
  'duplicate_key',
  'body_too_deep',
  'unknown_parameter',
  'parameter_missing',
  'parameter_invalid',
  'body_too_large',
  'unsupported_media_type',
];
const WITH_KEY: readonly ProblemCode[] = [
  'idempotency_key_missing',
  'idempotency_key_invalid',
  'idempotency_in_progress',
  'idempotency_key_reused',
];

const MEANING: Readonly<Record<number, string>> = {
  200: 'The current resource; a repeat carries `Idempotent-Replayed: true`',
  201: 'Final: created, also when declined',
  202: 'Still running or not known yet: poll after `poll_after_ms`',
};

/** What a route answers: its type by status, and every problem code it can give. */
export function Answers(answers: {
  type: Type<unknown>;
  statuses: readonly number[];
  problems: readonly ProblemCode[];
  /** The route takes an `Idempotency-Key` and may wait. */
  movesMoney?: boolean;
  /** Left out: a route that answers more than 200 has a body. */
  takesBody?: boolean;
  /** What a status means here, where it is not what it means for payments. */
  meanings?: Readonly<Record<number, string>>;
}): MethodDecorator & ClassDecorator {
  const hasBody = answers.takesBody ?? answers.statuses.some((status) => status > 200);
  const withKey = answers.movesMoney === true ? WITH_KEY : [];
  const codes = [...new Set([...answers.problems, ...COMMON, ...(hasBody ? WITH_BODY : []), ...withKey])].sort();
  const isReplayable = answers.statuses.includes(201);
  return applyDecorators(
    ApiBearerAuth(),
    ApiExtraModels(ProblemResponse),
    ...(answers.movesMoney === true ? [KEY_HEADER, PREFER_HEADER] : []),
    ...answers.statuses.map((status) =>
      ApiResponse({
        status,
        type: answers.type,
        description: answers.meanings?.[status] ?? meaning(status, isReplayable),
      }),
    ),
    ...problemResponses(codes),
  );
}

const KEY_HEADER = ApiHeader({
  name: 'Idempotency-Key',
  required: true,
  description: 'One key per purchase or action, saved before sending, the same for every retry',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_.:/-]{1,255}$', example: '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b02' },
});

const PREFER_HEADER = ApiHeader({
  name: 'Prefer',
  required: false,
  description: 'wait=N: wait up to N seconds (at most 55) for a final state',
  schema: { type: 'string', example: 'wait=25' },
});

function meaning(status: number, isReplayable: boolean): string {
  return status === 200 && !isReplayable ? 'The resource' : (MEANING[status] ?? 'Answer');
}

/** One response per status: OpenAPI has one slot for each, so the codes are its description. */
function problemResponses(codes: readonly ProblemCode[]): MethodDecorator[] {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = PROBLEMS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const content = { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemResponse) } } };
  return [...byStatus].map(([status, list]) =>
    ApiResponse({ status, description: list.map((code) => `\`${code}\``).join(', '), content }),
  );
}
