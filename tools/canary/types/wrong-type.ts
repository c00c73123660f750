export const amountMinor: number = 'one'; // refused
