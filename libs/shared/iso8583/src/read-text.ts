import { CodecError } from './codec-error.js';
import { take, type Cursor, type ReadText } from './cursor.js';
import { ebcdicTables, type EbcdicPage } from './ebcdic.js';
import { multibyteText } from './multibyte-text.js';
import type { CharacterWire } from './wire-profile.js';

/** Build the reader of characters; `count` is characters where each takes one byte, and bytes where it takes several. */
export function characterReader(field: number, wire: Exclude<CharacterWire, 'track-nibbles'>): ReadText {
  switch (wire) {
    case 'latin1':
      return (cursor, count) => latin1(cursor, field, count);
    case 'ebcdic':
    case 'ebcdic-500':
      return ebcdicReader(field, wire);
    case 'shift-jis':
    case 'utf-8':
      return multibyteReader(field, wire);
  }
}

function latin1(cursor: Cursor, field: number, count: number): string {
  const from = take(cursor, field, count);
  const { bytes, at } = cursor;
  for (let index = from; index < at; index++) {
    const byte = bytes[index] as number;
    if (byte < 0x20 || byte === 0x7f) throw new CodecError('BAD_CHAR', field, index);
  }
  return cursor.text.substring(from, at);
}

function ebcdicReader(field: number, page: EbcdicPage): ReadText {
  const { toLatin1 } = ebcdicTables(page);
  return (cursor, count) => {
    const from = take(cursor, field, count);
    let text = '';
    for (let index = from; index < cursor.at; index++) {
      const code = toLatin1[cursor.bytes[index] as number] as number;
      if (code < 0x20 || code === 0x7f) throw new CodecError('BAD_CHAR', field, index);
      text += String.fromCharCode(code);
    }
    return text;
  };
}

function multibyteReader(field: number, encoding: 'shift-jis' | 'utf-8'): ReadText {
  const { decode } = multibyteText(encoding);
  return (cursor, count) => {
    const from = take(cursor, field, count);
    const text = decode(cursor.bytes.subarray(from, cursor.at));
    if (text === undefined) throw new CodecError('BAD_CHAR', field, from);
    return text;
  };
}
