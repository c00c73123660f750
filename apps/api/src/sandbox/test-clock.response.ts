import { ApiProperty } from '@nestjs/swagger';
import { toWireId } from '@tsunagu/kernel';
import type { TestClock } from '@tsunagu/payments';

export class TestClockResponse {
  @ApiProperty({ example: 'clk_01JDA0Q5P8F6TBN3X2V7K9M4RE' })
  id!: string;
  @ApiProperty({ enum: ['test_clock'] })
  object!: 'test_clock';
  @ApiProperty({ example: false, description: 'Always false: there are no clocks where money is real' })
  livemode!: boolean;
  @ApiProperty({ example: 'expiry of authorizations' })
  name!: string;
  @ApiProperty({ format: 'date-time', description: 'What it shows: the time of the house and all advances' })
  now!: string;
  @ApiProperty({ example: 'PT900S', description: 'Sum of all advances, ISO 8601' })
  advanced!: string;
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  static from({ id, name, now, aheadMs, createdAt }: TestClock): TestClockResponse {
    return {
      id: toWireId('clk', id),
      object: 'test_clock',
      livemode: false,
      name,
      now: now.toISOString(),
      advanced: `PT${aheadMs / 1_000}S`,
      created_at: createdAt.toISOString(),
    };
  }
}

export class AdvancedClockResponse extends TestClockResponse {
  @ApiProperty({
    type: 'integer',
    minimum: 0,
    example: 2,
    description:
      'Payments whose time is over now: within seconds each of them has ended, unless something of it is under way',
  })
  due!: number;
}
