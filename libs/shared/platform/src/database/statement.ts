/** A named prepared statement: the name must belong to one text for ever within a process. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Name a statement. The server plans it once per connection. @param name snake_case, unique in the process */
export function sql(name: string, text: string): Statement {
  return { name, text };
}

/** What a statement takes as a value. Secrets are none, so card data in the clear reaches no table: it does not compile. */
export type Storable = string | number | bigint | boolean | null | undefined | Date | Uint8Array | readonly Storable[];
