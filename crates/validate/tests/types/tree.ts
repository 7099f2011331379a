export interface Tree {
  value: number;
  left?: Tree;
  children?: Tree[];
  forest?: Forest;
}

export type Forest = Forest[];
