import { expect, it } from 'vitest';
import { withServerOptions } from './server-options.js';

it('joins start-up options with those of the string, which would replace them without a word', () => {
  const zone = 'postgresql://me@localhost/house?host=%2Ftmp%2Fx&options=-c%20role%3Dtsunagu_gateway';
  const joined = withServerOptions(zone, '-c synchronous_commit=off');
  expect(new URL(joined).searchParams.get('options')).toBe('-c role=tsunagu_gateway -c synchronous_commit=off');
  expect(new URL(joined).searchParams.get('host')).toBe('/tmp/x');
  expect(joined).not.toContain('+');
});

it('leaves a string without options otherwise alone', () => {
  expect(withServerOptions('postgresql://me:se%40cret@db:5432/house?sslmode=require', '-c a=b')).toBe(
    'postgresql://me:se%40cret@db:5432/house?sslmode=require&options=-c%20a%3Db',
  );
});
