import { Trouble } from '../postgres/binaries.mjs';

/** An expected trouble is one line with its remedy; anything else is a bug and shows where. */
export function failInOneLine(error) {
  const isDisk = error?.code === 'ENOSPC';
  if (isDisk) console.error('tsunagu: the disk is full: free some space and start again');
  else if (error instanceof Trouble || error?.name === 'Trouble') console.error(`tsunagu: ${error.message}`);
  else console.error(error);
  process.exitCode = 1;
}
