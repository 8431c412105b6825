/** Exact sum of decimal strings such as "12.50"; what is billed must not drift by floating point. */
export function sumDecimals(values: string[]): string {
  const digits = Math.max(0, ...values.map((value) => value.split('.')[1]?.length ?? 0));
  const total = values.reduce((sum, value) => {
    const [whole = '0', fraction = ''] = value.split('.');
    return sum + BigInt(whole + fraction.padEnd(digits, '0'));
  }, 0n);
  if (digits === 0) return String(total);
  const sign = total < 0n ? '-' : '';
  const text = String(total < 0n ? -total : total).padStart(digits + 1, '0');
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
