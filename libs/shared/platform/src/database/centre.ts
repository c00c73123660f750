import { Injectable } from '@nestjs/common';
import { mapDatabaseError } from './database-errors.js';
import { MoneyPool } from './money-pool.js';
import { askNamed } from './named-query.js';
import type { Statement, Storable } from './statement.js';

/**
 * The database without a tenant: SECURITY DEFINER functions and centre tables only.
 * Tenant tables answer zero rows here, because row-level security finds no tenant.
 */
@Injectable()
export class Centre {
  constructor(private readonly pool: MoneyPool) {}

  /** One statement in a transaction of its own. @throws UniqueViolationError, DatabaseUnavailableError, DatabaseError */
  async query<Row extends object = Record<string, unknown>>(
    statement: Statement,
    values: readonly Storable[],
  ): Promise<Row[]> {
    const client = await this.pool.connect();
    this.pool.counts.statements += 1;
    let isBroken = false;
    try {
      return await askNamed<Row>(client, statement, values);
    } catch (error) {
      const mapped = mapDatabaseError(error, statement.name);
      isBroken = mapped.name === 'DatabaseUnavailableError';
      throw mapped;
    } finally {
      client.release(isBroken);
    }
  }
}
