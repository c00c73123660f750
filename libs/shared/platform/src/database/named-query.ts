import type { Writable } from 'node:stream';
import pg from 'pg';
import type { Statement, Storable } from './statement.js';

/**
 * A prepared statement on its way. The driver's own path copies its options by property descriptors and makes two promises;
 * with a dozen statements a payment that was a good part of the processor time of every process.
 */
class NamedQuery<Row extends object> extends pg.Query<Row> {
  /** Read by the driver when the query is sent; its types know it only as an option, and options are what costs. */
  readonly name: string;

  constructor(
    statement: Statement,
    values: readonly Storable[],
    callback: (error: Error | null | undefined, result: { readonly rows: Row[] }) => void,
  ) {
    super(statement.text, values.map(wireValue), callback);
    this.name = statement.name;
  }
}

/** Put a statement on the wire at once; the rows come later. Errors are the driver's own, as they come. */
export function askNamed<Row extends object>(
  client: pg.ClientBase,
  statement: Statement,
  values: readonly Storable[],
): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    client.query(
      new NamedQuery<Row>(statement, values, (error, result) => (error ? reject(error) : resolve(result.rows))),
    );
  });
}

/**
 * Let what is written to a connection until the event loop turns leave in one system call, not in one a statement.
 * Each call wakes the server process behind the connection, which costs both sides more than the bytes: `begin`, the statements that
 * do not wait for each other and `commit` are one packet then.
 */
export function gatherWrites(client: pg.ClientBase): void {
  const { stream } = (client as unknown as { readonly connection: { readonly stream: Writable } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  // A tick runs when no promise is left to settle: whatever follows without waiting for the server has been written by then.
  process.nextTick(() => stream.uncork());
}

/** The driver writes a date in local time, piece by piece; the server reads this one just as well. */
function wireValue(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}
