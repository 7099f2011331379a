/** An order of a customer. */
export interface Order {
  /**
   * Its number.
   * Never used again. * /
   */
  id: number;
  status: "open" | "sent" | "self";
  lines: Line[];
  address: Address;
  note?: string | null;
  tags?: { [key: string]: string };
  size: [number, number];
  contact?: string | {
    phone?: string;
  };
  "shipping-mode"?: "air";
  type?: boolean;
}

export interface Line {
  sku: string;
  count: number;
  price?: number;
}

export type Address = {
  city: string;
} & {
  zip?: string;
};
