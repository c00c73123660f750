/** Longest part of a receiver's answer that is kept, in characters. @source security-reliability.md H7 */
const REPLY_LENGTH_MAX = 1_024;
const LONG_NUMBER = /[0-9](?:[ -]?[0-9]){11,18}/g;

/**
 * What is kept of a receiver's answer: its start as text. It is somebody else's text: bytes that are no UTF-8 and control characters
 * are replaced, and a run of digits that may be a card number is hidden, whatever it is.
 */
export function replyText(bytes: Buffer): string {
  const text = bytes.toString('utf8').replaceAll(/(?![\n\t])\p{Cc}|\p{Cs}/gu, '\ufffd');
  return [...text.replaceAll(LONG_NUMBER, '[number]')].slice(0, REPLY_LENGTH_MAX).join('');
}
