import type { BonusWindow, IssuerBilling, PlanPayment } from './plan-rules.js';

/** Months counted through the years: 12 × year + month − 1. */
export type MonthNumber = number;

/** The month of a `YYYY-MM-DD`. */
export function monthOf(date: string): MonthNumber {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

/** Month of the year, 1 to 12. */
export function calendarMonth(month: MonthNumber): number {
  return (month % 12) + 1;
}

/** The first month at or after `from` that has this name. */
export function nextNamed(calendar: number, from: MonthNumber): MonthNumber {
  return from + ((calendar - calendarMonth(from) + 12) % 12);
}

/** Month in which a sale of this day is first billed. */
export function firstBilling(date: string, { closingDay, monthsAfter }: IssuerBilling): MonthNumber {
  const isLate = Number(date.slice(8, 10)) > closingDay;
  return monthOf(date) + (isLate ? 1 : 0) + monthsAfter;
}

/** Day of payment in a month; the 31st of a short month is its last day. */
export function paymentDate(month: MonthNumber, { paymentDay }: IssuerBilling): string {
  const [year, number] = [Math.floor(month / 12), calendarMonth(month)];
  const lastDay = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const two = (value: number) => String(value).padStart(2, '0');
  return `${year}-${two(number)}-${two(Math.min(paymentDay, lastDay))}`;
}

/**
 * Parts of an amount: whole multiples of the unit, and what is left over goes to the first.
 * @returns exactly `count` amounts in minor units that sum to `amountMinor`; an amount of 0 in it means: too many parts
 * @example splitAmount(10_000, 3, 1) // [3334, 3333, 3333]
 */
export function splitAmount(amountMinor: number, count: number, unitMinor: number): number[] {
  const each = Math.floor(amountMinor / count / unitMinor) * unitMinor;
  return Array.from({ length: count }, (_, index) => (index === 0 ? amountMinor - each * (count - 1) : each));
}

/** Amounts on the payment days of consecutive months. */
export function monthly(amounts: readonly number[], first: MonthNumber, billing: IssuerBilling): PlanPayment[] {
  return amounts.map((amountMinor, index) => ({
    date: paymentDate(first + index, billing),
    amountMinor,
    isBonus: false,
  }));
}

/** The window that a day of sale falls into. */
export function windowOf(date: string, windows: readonly BonusWindow[]): BonusWindow | undefined {
  const day = date.slice(5);
  return windows.find(({ from, to }) => (from <= to ? from <= day && day <= to : from <= day || day <= to));
}
