import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs';

/** Replace a private file as a whole: a reader, or a crash, sees the old one or the new one. Durable when it returns. */
export function writeWhole(file, text) {
  const draft = `${file}.${process.pid}.tmp`;
  const descriptor = openSync(draft, 'w', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, file);
}
