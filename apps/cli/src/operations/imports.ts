import { flag, inBody, inPath, inQuery, listOf, oneOf, type Operation, recordWith, required } from './operation.js';

const pepper = inPath('name', 'What lines of an import call it');

export const imports: ReadonlyArray<Operation> = [
  {
    words: 'import',
    says: 'Import keys of another system from a file of lines (docs/import.md)',
    method: 'POST',
    path: '/v1/imports/api-keys',
    options: { 'dry-run': inQuery('dryRun', 'Report, and change nothing', flag) },
    answer: recordWith('complete'),
    asks: true,
    uploads: true,
  },
  {
    words: 'peppers put',
    says: 'Lay a pepper into the vault',
    method: 'PUT',
    path: '/v1/imports/peppers/{name}',
    args: { name: pepper },
    options: {
      'pepper-file': inBody('secret', 'A file that holds it; - is stdin', { ...required, takes: 'secret-file' }),
      encoding: inBody('encoding', 'How the file’s text is read', oneOf('utf8', 'hex', 'base64')),
    },
    answer: recordWith('createdAt'),
  },
  {
    words: 'peppers list',
    says: 'List the peppers, without their secrets',
    method: 'GET',
    path: '/v1/imports/peppers',
    answer: listOf('name', 'createdAt'),
  },
  {
    words: 'peppers show',
    says: 'Show when a pepper was laid down',
    method: 'GET',
    path: '/v1/imports/peppers/{name}',
    args: { name: pepper },
    answer: recordWith('createdAt'),
  },
];
