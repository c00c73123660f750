import { applyDecorators, Get } from '@nestjs/common';
import { ApiOperation, ApiParam } from '@nestjs/swagger';
import { Permission, Policy, type PermissionName } from '../access/permission.decorator.js';
import { Answers } from '../docs/answers.decorator.js';
import { TokenFileLineListResponse, TokenFileListResponse, TokenFileResponse } from './token-file.response.js';

export const FILE_ID = ApiParam({ name: 'id', example: 'bat_01JDA0Q5P8F6TBN3X2V7K9M4RE' });
const LIST_PROBLEMS = ['cursor_invalid', 'parameter_invalid', 'unknown_parameter', 'card_service_unavailable'] as const;

/** How a route of files is called in the reference. */
interface Named {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
}

const route = (permission: PermissionName, path: string, named: Named) =>
  applyDecorators(Get(path), Permission(permission), Policy('read'), ApiOperation(named));

/** `GET` of the list of files. */
export const ListsFiles = (permission: PermissionName, named: Named): MethodDecorator =>
  applyDecorators(
    route(permission, '', named),
    Answers({ type: TokenFileListResponse, statuses: [200], problems: LIST_PROBLEMS }),
  );

/** `GET` of one file. */
export const ReadsFile = (permission: PermissionName, named: Named): MethodDecorator =>
  applyDecorators(
    route(permission, ':id', named),
    FILE_ID,
    Answers({ type: TokenFileResponse, statuses: [200], problems: ['resource_missing', 'card_service_unavailable'] }),
  );

/** `GET` of what became of the lines of a file. */
export const ReadsResults = (permission: PermissionName, named: Named): MethodDecorator =>
  applyDecorators(
    route(permission, ':id/results', named),
    FILE_ID,
    Answers({ type: TokenFileLineListResponse, statuses: [200], problems: ['resource_missing', ...LIST_PROBLEMS] }),
  );
