/** For paper: A4, black on white; headings of tables come again on each page, and no line is cut in two. */
export const reviewStyle = `
:root { color-scheme: light; }
@page { size: A4; margin: 18mm 15mm 20mm; }
body { font: 9.5pt/1.35 system-ui, sans-serif; color: #000; background: #fff; max-width: 60rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 18pt; line-height: 1.2; margin: 0 0 0.5rem; }
h2 { font-size: 13pt; margin: 1.75rem 0 0.25rem; break-after: avoid; }
h3 { font-size: 10.5pt; margin: 0.9rem 0 0.25rem; break-after: avoid; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 0.4rem; border: 1px solid #999; }
thead th { background: #eee; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.of th { width: 28%; font-weight: normal; border-width: 0 0 1px; background: none; }
.of td { border-width: 0 0 1px; }
.when { width: 13%; }
.role { width: 9%; }
.small time { white-space: nowrap; }
.given { width: 39%; }
.way { width: 14%; }
.small { font-size: 8pt; color: #333; }
.id { font: 7pt ui-monospace, monospace; color: #333; }
ul { margin: 0; padding-left: 1rem; }
.sign { break-inside: avoid; margin-top: 2.5rem; }
.sign td { height: 13mm; }
@media print { body { max-width: none; padding: 0; } }
`;
