import { hash } from 'node:crypto';

export const style = `
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 0 1rem 4rem; overflow-wrap: anywhere; }
code { font: 0.9em ui-monospace, monospace; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin-top: 3rem; border-bottom: 1px solid; }
h3 { margin-top: 2.5rem; }
h4 { margin: 1rem 0 0.25rem; }
table { border-collapse: collapse; width: 100%; margin: 0.25rem 0; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.5rem; border: 1px solid #8886; }
th { width: 30%; font-weight: normal; }
nav ul { columns: 26rem; padding-left: 1rem; }
nav li { break-inside: avoid; }
:target { outline: 3px solid #c60; outline-offset: 4px; }
a:focus-visible { outline: 3px solid; outline-offset: 2px; }
.remark { opacity: 0.75; font-size: 0.9em; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; }
@media print { nav, .skip { display: none; } body { max-width: none; } tr, h3 { break-inside: avoid; break-after: avoid; } }
`;

/** A page has no script, loads nothing, and goes into no frame; its one style is named by its digest. */
export const policyOf = (ownStyle: string): string =>
  [
    "default-src 'none'",
    `style-src 'sha256-${hash('sha256', ownStyle, 'base64')}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');

export const contentSecurityPolicy = policyOf(style);
