import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['results/', 'eslint.config.js'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A fixture without needs still takes an object pattern.
      'no-empty-pattern': 'off',
    },
  },
);
