const format = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** A moment to the millisecond by the reader's clock, where moments are compared. */
export function exactMoment(timestamp: string): string {
  return format.format(new Date(timestamp));
}
