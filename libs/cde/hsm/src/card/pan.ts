/** Whether ASCII digits are a PAN: 12 to 19 digits and a right check digit. @source ISO/IEC 7812-1 annex B (Luhn) */
export function isPan(pan: Buffer): boolean {
  return pan.length >= 12 && pan.length <= 19 && isDigits(pan) && hasLuhnDigit(pan);
}

/** Whether the last digit is the right check digit of the others. */
export function hasLuhnDigit(pan: Buffer): boolean {
  let sum = 0;
  for (let i = 0; i < pan.length; i += 1) {
    const digit = pan[pan.length - 1 - i]! - 0x30;
    const doubled = i % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

export function isDigits(text: Buffer): boolean {
  for (let i = 0; i < text.length; i += 1) {
    if (text[i]! < 0x30 || text[i]! > 0x39) return false;
  }
  return true;
}

/**
 * PAN for a screen: the first digits, stars, the last four. 8/4 is for PANs of 16 digits and more; shorter ones stay 6/4.
 * @source PCI DSS v4.0.1 requirement 3.4.1 and FAQ 1091
 */
export function maskPan(pan: Buffer, visibleStart: 6 | 8 = 6): string {
  const start = pan.length >= 16 ? visibleStart : 6;
  const stars = '*'.repeat(Math.max(0, pan.length - start - 4));
  return pan.toString('latin1', 0, start) + stars + pan.toString('latin1', pan.length - 4);
}

/** Whether the text is an expiry YYMM with a month 01 to 12. */
export function isExpiry(text: string): boolean {
  return /^[0-9]{2}(?:0[1-9]|1[0-2])$/.test(text);
}
