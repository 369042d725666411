// breaks: src-does-not-import-test
import { server } from '../../../test/support/server.js';

export const tried = { server };
