export function writeWhole(file: string, text: string): void;
