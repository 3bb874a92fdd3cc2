import { relative } from 'node:path';

import type { Demo } from '../app/demo.js';

/** What is served, how to ask for it and how to change it. */
export function demoGreeting({ path, folder, isNew }: Demo, url: string): string {
  const shown = relative(process.cwd(), path) || '.';
  const lines = [
    '',
    `  Cairn serves the services orders, billing and inventory (profiles dev and prod) at ${url}`,
    `  from the git repository ${shown}, ${isNew ? `made of ${folder} just now` : `made of ${folder} earlier and kept`}.`,
    '',
    '  Try it:',
    `    curl -s ${url}/orders/prod`,
    `    curl -s ${url}/orders-prod.yml`,
    `    curl -s ${url}/billing/dev/main/motd.txt`,
    '',
    '  Change something and ask again:',
    '    npm run demo:change',
    '  or by hand:',
    `    edit ${shown}/orders-prod.yml`,
    `    git -C ${shown} commit -am "Raise the limit"`,
    '',
    '',
  ];
  return lines.join('\n');
}
