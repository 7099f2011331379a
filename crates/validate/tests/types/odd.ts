export interface Odd {
  any: unknown;
  "1st": string;
  aB: number;
  a_b: number;
  self?: StringType;
  elsewhere?: unknown;
  mixed?: 1 | "one" | null | { "a": [true] };
  few?: unknown[];
}

export type StringType = string;
