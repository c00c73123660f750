import type { Type } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import type { Page } from './page.js';

/** What every list says about its page. The class of a list extends it, so that it has a name of its own in the reference. */
export function ListOf<T>(row: Type<T>, description?: string): Type<Page<T>> {
  class ListResponse implements Page<T> {
    @ApiProperty({ enum: ['list'] })
    object!: 'list';
    @ApiProperty({ type: [row], ...(description === undefined ? {} : { description }) })
    data!: T[];
    @ApiProperty({ description: 'More rows exist in the direction of the request' })
    has_more!: boolean;
    @ApiProperty({ type: String, nullable: true })
    next_cursor!: string | null;
    @ApiProperty({ type: String, nullable: true })
    prev_cursor!: string | null;
  }
  return ListResponse;
}
