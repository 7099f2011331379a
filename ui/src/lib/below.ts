/** Puts what explains a field below it, so that fields beside each other stand in line. */
export const explainedBelow: ('label' | 'input' | 'description' | 'error')[] = [
  'label',
  'input',
  'description',
  'error',
];
