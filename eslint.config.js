import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const oneImporter = (name, file) => ({ name, message: `Only ${file} imports ${name}.` });

export default defineConfig(
  { ignores: ['**/dist/', 'coverage/', '.tsbuild/', '.cairn/'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      complexity: ['error', 12],
      'max-depth': ['error', 3],
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only (docs: house style).' },
      ],
      'no-restricted-imports': [
        'error',
        {
          paths: [
            oneImporter('isomorphic-git', 'server/src/backends/git/isomorphic.ts'),
            oneImporter('node-vault', 'server/src/vault/client.ts'),
            oneImporter('undici', 'server/src/backends/git/transport.ts'),
            oneImporter('yaml', 'server/src/core/documents/compose.ts'),
            oneImporter('pino', 'server/src/observability/log.ts'),
            oneImporter('lru-cache', 'server/src/core/byte-cache.ts'),
            oneImporter('age-encryption', 'server/src/secrets/sops/age.ts'),
            oneImporter('jose', 'server/src/security/jwt.ts'),
            oneImporter('commander', 'server/src/cli/program.ts'),
            oneImporter('pg', 'server/src/audit/sinks/postgresql.ts'),
            oneImporter('@koa/router', 'server/src/http/router.ts'),
          ],
        },
      ],
    },
  },
  {
    files: [
      'server/src/backends/git/isomorphic.ts',
      'server/src/backends/git/transport.ts',
      'server/src/core/documents/compose.ts',
      'server/src/observability/log.ts',
      'server/src/core/byte-cache.ts',
      'server/src/cli/program.ts',
      'server/src/secrets/sops/age.ts',
      'server/src/http/router.ts',
      'server/src/vault/client.ts',
      'server/src/audit/sinks/postgresql.ts',
      'server/src/security/jwt.ts',
    ],
    rules: { 'no-restricted-imports': 'off' },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: {
      // chai's property assertions are expressions; tests may read what the type says is there.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-imports': 'off',
    },
  },
);
