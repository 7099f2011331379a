const format = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** The time of day to the millisecond, where the day is told already. */
export function clockTime(timestamp: string): string {
  return clock.format(new Date(timestamp));
}

/** A moment to the millisecond by the reader's clock, where moments are compared. */
export function exactMoment(timestamp: string): string {
  return format.format(new Date(timestamp));
}
