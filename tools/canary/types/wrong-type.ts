export const amountMinor: number = 'one';
