import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// Words that people read stand in one place, ready to be translated: in files of texts.
const words = '/[A-Za-z]{2,}/';
const message = 'Put words for people into a file of texts.';
const read =
  'JSXAttribute[name.name=/^(aria-(label|description|valuetext|roledescription)|title|label|placeholder|alt|description|error)$/]';
const inlined = [
  // The names of keys are the same everywhere.
  `:not(JSXElement[openingElement.name.name="kbd"]) > JSXText[value=${words}]`,
  `:matches(JSXElement, JSXFragment) > JSXExpressionContainer > Literal[value=${words}]`,
  `:matches(JSXElement, JSXFragment) > JSXExpressionContainer > :matches(ConditionalExpression, LogicalExpression) > Literal[value=${words}]`,
  `:matches(JSXElement, JSXFragment) > JSXExpressionContainer > TemplateLiteral > TemplateElement[value.raw=${words}]`,
  `${read} > Literal[value=${words}]`,
  `${read} > JSXExpressionContainer > :matches(Literal[value=${words}], ConditionalExpression > Literal[value=${words}])`,
  `${read} > JSXExpressionContainer > TemplateLiteral > TemplateElement[value.raw=${words}]`,
];

export default tseslint.config(
  { ignores: ['dist', 'src/bindings', 'node_modules', 'eslint.config.js', 'budget.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  hooks.configs.flat.recommended,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { attributes: false } }],
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@tauri-apps/*'], message: 'Reach the host through `src/host`.' }] },
      ],
    },
  },
  {
    files: ['src/**/*.tsx'],
    rules: {
      'no-restricted-syntax': ['error', ...inlined.map((selector) => ({ selector, message }))],
    },
  },
  { files: ['src/host/**'], rules: { 'no-restricted-imports': 'off' } },
);
