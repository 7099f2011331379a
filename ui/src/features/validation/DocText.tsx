import { Anchor } from '@mantine/core';
import { Marked } from '../../components/Notice';

/** A paragraph of the documentation: values between backticks are code, addresses between angle brackets links. */
export function DocText({ text }: { text: string }) {
  return text.split(/<(https:[^>]+)>/).map((part, at) =>
    at % 2 === 1 ? (
      <Anchor key={at} inherit underline="always" href={part} target="_blank" rel="noreferrer">
        {new URL(part).hostname}
      </Anchor>
    ) : (
      <Marked key={at} text={part} />
    ),
  );
}
