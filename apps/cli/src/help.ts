import { meanings } from './exit-codes.js';

const codes = Object.entries(meanings).map(([code, meaning]) => `  ${code.padStart(3)}  ${meaning}`);

/** What stands below `writ --help`. */
export const exitHelp = `
Credential: --token-file, WRIT_TOKEN, WRIT_TOKEN_FILE, or ./data/operator.token for a server on this machine.
No secret is ever an argument: what is secret is read from a file, or from stdin (-). A secret that is made goes to
stdout alone, so that \`KEY=$(writ keys create --project proj_… --name ci)\` holds it, or into --secret-file.
Tables show 100 items unless --limit or --all says otherwise; --json and --ndjson give all of them.

Exit codes:
${codes.join('\n')}
`;
