// One known violation per lint rule that stops the build. Nothing here is built, run or imported.
export async function promise(): Promise<number> {
  return 1;
}

export function floating(): void {
  promise(); // no-floating-promises
}

export function misused(): number {
  if (promise()) return 1; // no-misused-promises
  return 0;
}

export function inexhaustive(color: 'red' | 'blue'): number {
  // switch-exhaustiveness-check
  switch (color) {
    case 'red':
      return 1;
  }
  return 0;
}

export const anything = (value: any): unknown => value; // no-explicit-any

export const six = (a: number, b: number, c: number, d: number, e: number, f: number): number => a + b + c + d + e + f; // max-params

// complexity
export function tangled(n: number): number {
  if (n === 1) return 1;
  if (n === 2) return 2;
  if (n === 3) return 3;
  if (n === 4) return 4;
  if (n === 5) return 5;
  if (n === 6) return 6;
  if (n === 7) return 7;
  if (n === 8) return 8;
  if (n === 9) return 9;
  if (n === 10) return 10;
  if (n === 11) return 11;
  if (n === 12) return 12;
  return 0;
}
