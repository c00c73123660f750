/**
 * Last resort of a tool: what went wrong in one line, and an exit code that says "could not be measured" (2), not "found something" (1).
 * With `DEBUG` set the stack is printed as well.
 */
export function failInOneLine(error: unknown): number {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${message}\n`);
  if (process.env['DEBUG'] !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return 2;
}
